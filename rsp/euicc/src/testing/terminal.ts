import { fromHex, toHex } from '@gesim/base'
import {
  draftElement,
  type Fcp,
  type FileManagementElement,
  type FileStep,
  type ProfileElement,
  readPackage,
  type UsimValues,
  writePackage,
  writeUsimProfile,
} from '@gesim/saip'
import { readCommand, StatusWord, writeCommand } from '../apdu.ts'
import { installPackage } from '../uicc/install.ts'
import type { InstalledProfile } from '../uicc/naa.ts'
import { startPosition, type TerminalState } from '../uicc/position.ts'
import { selectByAid } from '../uicc/select.ts'
import { runUiccCommand } from '../uicc/terminal.ts'

export function installed(upp: Uint8Array): InstalledProfile {
  const outcome = installPackage(readPackage(upp))
  if ('failed' in outcome) throw new Error(`${outcome.kind} at ${outcome.offset}: ${outcome.why}`)
  return outcome.profile
}

const VALUES: UsimValues = {
  iccid: '8988211000000000012',
  imsi: '001010000000012',
  ki: new Uint8Array(16),
  opc: new Uint8Array(16),
  serviceProviderName: 'GeSIM',
}

/** A package of our own with further elements before its end. */
export function profileWith(values: Partial<UsimValues>, ...further: ProfileElement[]): Uint8Array {
  const { elements } = readPackage(writeUsimProfile({ ...VALUES, ...values }))
  return writePackage({ elements: [...elements.slice(0, -1), ...further, elements.at(-1)!] })
}

interface NewFile {
  readonly fcp: Partial<Fcp>
  readonly content?: string
}

/** File management that creates files at a path; access rule 4 of the USIM is "PIN reads and writes". */
export function filesAt(
  path: string,
  identification: number,
  ...files: readonly NewFile[]
): FileManagementElement {
  return draftElement<FileManagementElement>({
    kind: 'genericFileManagement',
    pe: { mandated: true, identification },
    commands: [
      [
        { do: 'path', path: fromHex(path) },
        ...files.flatMap(({ fcp, content }): FileStep[] => [
          { do: 'create', fcp: { securityAttributes: fromHex('6f0604'), others: [], ...fcp } },
          ...(content === undefined ? [] : [{ do: 'fill' as const, content: fromHex(content) }]),
        ]),
      ],
    ],
  })
}

export const filesInUsim = (...files: readonly NewFile[]) => filesAt('7fd0', 77, ...files)

/** A terminal on the basic channel. */
export class Terminal {
  readonly state: TerminalState
  readonly #position
  changes = 0

  constructor(
    profile: InstalledProfile,
    random: TerminalState['random'] = (length) => new Uint8Array(length),
  ) {
    this.state = {
      profile,
      verified: new Set(),
      random,
      changed: () => {
        this.changes++
      },
    }
    this.#position = startPosition(profile)
  }

  /** Response data in hex, or the status word when it is not success; both where there are both. */
  send(ins: number, p1: number, p2: number, data = '', le?: number): string {
    const command = readCommand(writeCommand(0, ins, p1, p2, fromHex(data), le))
    try {
      const { data: answer, sw } = runUiccCommand(this.state, this.#position, command)
      if (sw === 0x9000) return toHex(answer)
      return answer.length ? `${toHex(answer)} ${sw.toString(16)}` : sw.toString(16)
    } catch (error) {
      if (error instanceof StatusWord) return error.sw.toString(16)
      throw error
    }
  }

  selectUsim(): boolean {
    return selectByAid(this.state, this.#position, fromHex('A0000000871002'), 0x0c) !== undefined
  }

  select(...ids: string[]): string {
    let answer = ''
    for (const id of ids) answer = this.send(0xa4, 0x00, 0x0c, id)
    return answer
  }
}
