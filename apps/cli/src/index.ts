// What the measurements and the journeys of a user drive: the same steps as the command takes.
export type { Connection, Traveller } from './connect.ts'
export { connect, signIn } from './connect.ts'
export type { CliOptions } from './options.ts'
export { readOptions } from './options.ts'
export type { Printer } from './print.ts'
export { callOfRefund, callsOfFunding, choosePlan, coverPrice, operate, takeQuote } from './purchase.ts'
