export type { ClientOptions, GesimClient, Input } from './client.ts'
export { createClient } from './client.ts'
export { sdkFailures } from './failures.ts'
export type { ServerSentEvent } from './sse.ts'
