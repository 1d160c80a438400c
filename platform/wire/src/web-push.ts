import { Type } from 'typebox'
import { route } from './route.ts'

const Base64Url = (maxLength: number) => Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 1, maxLength })

export const webPushRoutes = {
  sender: route({
    method: 'GET',
    path: '/v1/push',
    summary: 'The key for which a browser subscribes (applicationServerKey); null where nothing is sent',
    caller: 'anyone',
    answer: Type.Object({ publicKey: Type.Union([Base64Url(128), Type.Null()]) }),
  }),
  subscribe: route({
    method: 'PUT',
    path: '/v1/push/subscriptions',
    summary: 'Has this browser told of the traveller’s purchases while no page is open; again to renew it',
    caller: 'traveller',
    body: Type.Object(
      {
        endpoint: Type.String({ minLength: 10, maxLength: 2048 }),
        p256dh: Base64Url(128),
        auth: Base64Url(64),
      },
      { additionalProperties: false },
    ),
    status: 204,
    secret: true,
    perMinute: 20,
    refuses: ['web-push.not-signed-in', 'web-push.off', 'web-push.service-unknown', 'web-push.keys-wrong'],
  }),
  unsubscribe: route({
    method: 'DELETE',
    path: '/v1/push/subscriptions/:id',
    summary: 'Tells this browser nothing more; `id` is the SHA-256 of its endpoint, hex',
    caller: 'traveller',
    params: Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
    status: 204,
    perMinute: 20,
    refuses: ['web-push.not-signed-in'],
  }),
} as const
