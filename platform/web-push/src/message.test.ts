import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isFresh, outcomeOf } from './deliver.ts'
import { encryptMessage } from './message.ts'
import { openSubscription, sealSubscription } from './seal.ts'
import { senderKey } from './sender-key.ts'
import { isServed, PUSH_SERVICES, readServices } from './services.ts'
import { claimsOf, TestBrowser } from './testing/browser.ts'

const raw = (text: string) => Buffer.from(text, 'base64url')

test('the message of RFC 8291, appendix A, is encrypted to its bytes', () => {
  const message = encryptMessage(
    Buffer.from('When I grow up, I want to be a watermelon'),
    {
      p256dh: raw('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
      auth: raw('BTBZMqHH6r4Tts7J_aSIgg'),
    },
    { privateKey: raw('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'), salt: raw('DGv6ra1nlYgDCS1FRnbzlw') },
  )
  expect(message.toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
})

test('any message is read by its browser and by no other', () => {
  const [browser, other] = [new TestBrowser(), new TestBrowser()]
  const { p256dh, auth } = browser.subscription('https://push.example/1')
  for (const length of [0, 1, 15, 16, 17, 4079]) {
    const text = 'x'.repeat(length)
    const message = encryptMessage(Buffer.from(text), { p256dh: raw(p256dh), auth: raw(auth) })
    expect(browser.read(message)).toBe(text)
    expect(() => other.read(message)).toThrow()
  }
  expect(() => encryptMessage(Buffer.alloc(4080), { p256dh: raw(p256dh), auth: raw(auth) })).toThrow(
    RangeError,
  )
})

test('a key that is no point of the curve is refused', () => {
  const p256dh = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])
  expect(() => encryptMessage(Buffer.alloc(0), { p256dh, auth: Buffer.alloc(16) })).toThrow(
    'web-push.keys-wrong',
  )
})

test('the sender signs for the service of an endpoint, for less than a day, with the key that browsers know', () => {
  const key = senderKey(randomBytes(32), 'mailto:ops@gesim.example')
  const { claims, key: shown } = claimsOf(key.authorization('https://push.example/a/b?c', 1_000_000))
  expect(claims).toEqual({
    aud: 'https://push.example',
    exp: 1_000 + 43_200,
    sub: 'mailto:ops@gesim.example',
  })
  expect(shown).toBe(key.publicKey)
  expect(raw(key.publicKey)).toHaveLength(65)
})

test('what is kept of a browser opens under its own name and key only', () => {
  const [key, other] = [randomBytes(32), randomBytes(32)]
  const given = new TestBrowser().subscription('https://push.example/1')
  const sealed = sealSubscription(key, 'a', given)
  expect(sealed.toString('latin1')).not.toContain('push.example')
  expect(openSubscription(key, 'a', sealed)).toEqual(given)
  for (const opened of [
    openSubscription(key, 'b', sealed),
    openSubscription(other, 'a', sealed),
    openSubscription(key, 'a', sealed.subarray(0, 20)),
  ])
    expect(opened).toBeUndefined()
})

test.each([
  ['https://fcm.googleapis.com/fcm/send/abc', true],
  ['https://updates.push.services.mozilla.com/wpush/v2/abc', true],
  ['https://web.push.apple.com/abc', true],
  ['https://wns2-par02p.notify.windows.com/w/?token=abc', true],
  ['http://fcm.googleapis.com/fcm/send/abc', false],
  ['https://fcm.googleapis.com:8443/abc', false],
  ['https://fcm.googleapis.com.evil.example/abc', false],
  ['https://evilpush.apple.com/abc', false],
  ['https://user@fcm.googleapis.com/abc', false],
  ['https://127.0.0.1/abc', false],
  ['https://[::1]/abc', false],
  ['file:///etc/passwd', false],
  ['abc', false],
])('%s is called: %s', (endpoint, served) => {
  expect(isServed(endpoint, PUSH_SERVICES)).toBe(served)
})

test.each(['https://push.example/path', 'ftp://push.example', 'push.example', 'https://*'])(
  '%s is no list of push services',
  (text) => {
    expect(() => readServices(text)).toThrow(TypeError)
  },
)

test.each([
  [201, 'taken'],
  [204, 'taken'],
  [404, 'gone'],
  [410, 'gone'],
  [400, 'refused'],
  [403, 'refused'],
  [413, 'refused'],
  [302, 'refused'],
] as const)('a service that answers %s has %s the message', (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome)
})

test.each([429, 500, 503])('a service that answers %s is asked again', (status) => {
  expect(() => outcomeOf(status)).toThrow('web-push.service-busy')
})

test('after a day a message says nothing any more', () => {
  expect([isFresh(0, 86_399_999), isFresh(0, 86_400_000)]).toEqual([true, false])
})
