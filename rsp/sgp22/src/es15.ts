import { ES12 } from './es12.ts'
import { rspFunction } from './members.ts'

/** What an SM-DS asks of the root SM-DS (SGP.22 section 5.10): the functions of ES12 again. */
export const ES15 = {
  registerEvent: rspFunction('es15', 'registerEvent', ES12.registerEvent.request, {}),
  deleteEvent: rspFunction('es15', 'deleteEvent', ES12.deleteEvent.request, {}),
} as const
