import { expect, it } from 'vitest'
import type { Passkeys, Providers } from '../api/shapes.ts'
import { idsThatSignIn, onlyWay, signInAgainHref, signInAsAnotherHref } from './again.ts'

const providers = (...ids: string[]): Providers['providers'] => ids.map((id) => ({ id, name: id }))
const passkey = (credentialId: string, signsIn: boolean) =>
  ({ credentialId, signsIn }) as Passkeys['passkeys'][number]
const BACK = '/plans/es-go?buy=1'

it('where there is one provider and no passkey that signs in, nobody is asked to choose', () => {
  expect(onlyWay(providers('local'), idsThatSignIn([passkey('a', false)]), BACK)).toBe(
    '/v1/auth/login?provider=local&fresh=1&return=%2Fplans%2Fes-go%3Fbuy%3D1',
  )
})

it.each([
  ['two providers', providers('google', 'apple'), []],
  ['one provider and a passkey', providers('google'), ['a']],
  ['passkeys that could not be asked for', providers('google'), null],
  ['providers that could not be asked for', null, []],
  ['no provider at all', [], ['a']],
] as const)('%s: the page lets choose, or says what is wrong', (_, known, passkeys) => {
  expect(onlyWay(known as Providers['providers'] | null, passkeys, BACK)).toBeNull()
})

it('only those passkeys are asked that may sign in', () => {
  expect(idsThatSignIn([passkey('a', true), passkey('b', false), passkey('c', true)])).toEqual(['a', 'c'])
})

it('the way back is kept whole, with all that it asks for', () => {
  const url = new URL(signInAgainHref(BACK), 'https://gesim.example')
  expect([url.pathname, url.searchParams.get('again'), url.searchParams.get('return')]).toEqual([
    '/sign-in',
    '1',
    BACK,
  ])
})

it('another account is asked for by a word of its own, so that nobody is led back to the one that is there', () => {
  const url = new URL(signInAsAnotherHref(BACK), 'https://gesim.example')
  expect(Object.fromEntries(url.searchParams)).toEqual({ other: '1', return: BACK })
})
