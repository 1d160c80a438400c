export { cardRampFailures } from './failures.ts'
export { type CardRampServer, startCardRamp } from './server.ts'
export { cardRampSettings } from './settings.ts'
