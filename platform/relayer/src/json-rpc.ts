import { refuse } from '@gesim/base'
import { faultOf, RpcFault, type RpcMethod } from './bundler/rpc.ts'
import { RPC_CODE } from './bundler/rpc-errors.ts'

const BATCH_MOST = 50

interface RpcRequest {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
}

/** What is done with an error that nobody named, before it is answered as "internal error". */
export type OnFault = (method: string, error: unknown) => void

/**
 * Answers a JSON-RPC 2.0 body, one call or a batch. Only own methods are known. Throws `relayer.bad-request` for what is
 * not JSON-RPC at all and `relayer.batch-too-large`; every other problem is an answer of its call.
 */
export async function answerRpc(
  body: unknown,
  methods: Readonly<Record<string, RpcMethod>>,
  onFault: OnFault,
): Promise<unknown> {
  if (!Array.isArray(body)) return answerOne(body, methods, onFault)
  if (body.length === 0) throw refuse('relayer.bad-request', { why: 'an empty batch' })
  if (body.length > BATCH_MOST)
    throw refuse('relayer.batch-too-large', { calls: body.length, most: BATCH_MOST })
  return Promise.all(body.map((one) => answerOne(one, methods, onFault)))
}

async function answerOne(
  body: unknown,
  methods: Readonly<Record<string, RpcMethod>>,
  onFault: OnFault,
): Promise<unknown> {
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw refuse('relayer.bad-request', { why: 'not a JSON-RPC object' })
  const { id = null, method, params = [] } = body as RpcRequest
  const envelope = { jsonrpc: '2.0', id: typeof id === 'string' || typeof id === 'number' ? id : null }
  try {
    if (typeof method !== 'string') throw new RpcFault(RPC_CODE.invalidRequest, 'no method')
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (!known) throw new RpcFault(RPC_CODE.methodNotFound, `${method.slice(0, 64)} is not offered here`)
    if (!Array.isArray(params)) throw new RpcFault(RPC_CODE.invalidParams, 'params must be an array')
    return { ...envelope, result: await known(params) }
  } catch (error) {
    const fault = faultOf(error)
    if (fault.rpcCode === RPC_CODE.internal) onFault(String(method), error)
    const { rpcCode: code, message, data } = fault
    return { ...envelope, error: { code, message, ...(data === undefined ? {} : { data }) } }
  }
}
