import { HttpRequestError, InternalRpcError, RpcRequestError, TimeoutError, UnknownRpcError } from 'viem'
import { expect, it } from 'vitest'
import { isLostAnswer } from './lost-answer.ts'

const url = 'https://gesim.test/rpc/bundler'
const rpc = (code: number) => new RpcRequestError({ body: {}, url, error: { code, message: 'no' } })

it('takes what broke on the way for a lost answer', () => {
  expect(isLostAnswer(new TimeoutError({ body: {}, url }))).toBe(true)
  expect(isLostAnswer(new HttpRequestError({ url }))).toBe(true)
  for (const status of [408, 500, 502, 503, 504])
    expect([status, isLostAnswer(new HttpRequestError({ url, status }))]).toEqual([status, true])
})

it('takes an internal error of the bundler for a lost answer, however deep it lies', () => {
  expect(isLostAnswer(rpc(-32603))).toBe(true)
  expect(isLostAnswer(new InternalRpcError(new Error('no')))).toBe(true)
  expect(isLostAnswer(new UnknownRpcError(rpc(-32603)))).toBe(true)
})

it('takes a no for a no', () => {
  for (const status of [400, 401, 413, 429])
    expect([status, isLostAnswer(new HttpRequestError({ url, status }))]).toEqual([status, false])
  for (const code of [-32500, -32501, -32504, -32507, -32602, -32001])
    expect([code, isLostAnswer(rpc(code))]).toEqual([code, false])
  expect(isLostAnswer(new Error('no'))).toBe(false)
})
