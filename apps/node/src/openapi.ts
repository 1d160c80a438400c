// OpenAPI 3.1 from the same schemas that validate.
import swagger from '@fastify/swagger'
import { ErrorBody, type Route } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { VERSION } from './network.ts'

const SECURITY: Readonly<Record<Route['caller'], Record<string, string[]>[]>> = {
  anyone: [],
  traveller: [{ session: [] }],
  device: [{ deviceToken: [] }],
  carrier: [{ apiKey: [] }],
  attestor: [],
  operator: [{ apiKey: [] }],
}

/** Collects every route into /v1/openapi.json; to be called before routes are registered. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'GeSIM',
        version: VERSION,
        description:
          'Amounts are micro-USDC as decimal strings, sizes are octets as decimal strings, times are seconds since 1970 unless the name ends in Ms. Every refusal has a stable code and a remedy; `x-correlator` carries the intent id.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: '__Host-gesim', description: 'Set by signing in.' },
          apiKey: { type: 'http', scheme: 'bearer', description: 'A key of /v1/developer/keys.' },
          deviceToken: { type: 'http', scheme: 'bearer', description: 'A token of /v1/devices/pairings.' },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const definition = (route.config as { route?: Route } | undefined)?.route
      if (!definition) return { schema: { ...schema, hide: true }, url }
      const refusals = definition.refuses?.length
        ? `Refuses with ${definition.refuses.map((code) => `\`${code}\``).join(', ')}.`
        : ''
      return {
        url,
        schema: {
          ...schema,
          tags: [definition.path.split('/')[2] ?? 'other'],
          operationId: `${definition.method.toLowerCase()}${definition.path.replace(/[/:.-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
          description: refusals,
          security: SECURITY[definition.caller],
          response: { ...(schema?.response as object | undefined), default: ErrorBody },
        },
      }
    },
  })
  app.get('/v1/openapi.json', { schema: { hide: true } as object }, async () => app.swagger())
}
