import { ES9PLUS } from './es9plus.ts'
import { list, rspFunction, text, transactionId } from './members.ts'

/** What an SM-DS answers a phone (SGP.22 section 5.8): the paths are those of ES9+, and so is the first function. */
export const ES11 = {
  initiateAuthentication: ES9PLUS.initiateAuthentication,
  authenticateClient: rspFunction('es9plus', 'authenticateClient', ES9PLUS.authenticateClient.request, {
    transactionId,
    eventEntries: list({ eventId: text(255), rspServerAddress: text(255) }),
  }),
} as const
