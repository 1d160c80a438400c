export { rspFailures } from './failures.ts'
export { main } from './main.ts'
