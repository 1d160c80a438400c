const SERVICE = /^(https?:)\/\/(\*\.)?([a-z0-9.-]+(?::\d{1,5})?)$/

/** Reads origins separated by spaces; `*.` at the head of a host means all below it. Throws a `TypeError` otherwise. */
export function readServices(text: string): string[] {
  const services = text.split(/\s+/).filter(Boolean)
  for (const service of services) if (!SERVICE.test(service)) throw new TypeError('not an origin')
  return services
}

/** The services of Chromium, Firefox, Safari and Edge. */
export const PUSH_SERVICES = readServices(
  'https://fcm.googleapis.com https://updates.push.services.mozilla.com https://*.push.apple.com https://*.notify.windows.com',
)

/** Whether an endpoint belongs to one of the services: no other address is ever called. */
export function isServed(endpoint: string, services: readonly string[]): boolean {
  let url: URL
  try {
    url = new URL(endpoint)
  } catch {
    return false
  }
  if (url.username || url.password || url.hash) return false
  return services.some((service) => {
    const [, protocol, below, host] = SERVICE.exec(service)!
    return url.protocol === protocol && (below ? url.host.endsWith(`.${host}`) : url.host === host)
  })
}
