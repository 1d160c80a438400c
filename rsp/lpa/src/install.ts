import { type Failure, isFailure, refuse } from '@gesim/base'
import {
  BPP_COMMANDS,
  INSTALL_ERRORS,
  PE_STATUS,
  type PeStatus,
  type ProfileInstallationResult,
  readEuiccResponse,
  resultName,
} from '@gesim/sgp22'

/** A name with its number: strangers look either up. */
function both(table: Readonly<Record<number, string>>, value: number): string {
  const name = resultName(table, value)
  return name === String(value) ? name : `${name} (${value})`
}

/** The first element that the interpreter did not take; of several good ones the last is where it stopped. */
function culprit(statuses: readonly PeStatus[]): PeStatus | undefined {
  return statuses.find(({ status }) => status !== 0) ?? statuses.at(-1)
}

/** A failed installation in words: command, reason, and what the interpreter said of which element (SGP.22, 2.5.6). */
export function installFailure(result: ProfileInstallationResult): Failure {
  const { result: final } = result.data
  if (final.success) throw new Error('a success is no failure')
  const facts: Record<string, string | number | undefined> = {
    command: both(BPP_COMMANDS, final.command),
    reason: both(INSTALL_ERRORS, final.reason),
  }
  try {
    const response = final.simaResponse && readEuiccResponse(final.simaResponse)
    const found = response && culprit(response.statuses)
    if (found) {
      facts.status = both(PE_STATUS, found.status)
      facts.element = found.identification
      facts.offset = found.offset
      facts.additional = found.additionalInformation
    }
    facts.message = response?.message
  } catch (error) {
    if (!isFailure(error)) throw error
    facts.status = 'unreadable'
  }
  return refuse('lpa.install-failed', facts)
}
