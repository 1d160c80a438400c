import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { isFailure } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { post } from './http-client.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** A server that says what it does with each request: the connection's number and the request's on it, from 0. */
async function serverThat(answer: (connection: number, request: number, socket: Socket) => void) {
  let connections = 0
  const server = createServer((socket) => {
    const connection = connections++
    let requests = 0
    socket.on('error', () => undefined)
    socket.on('data', () => answer(connection, requests++, socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = () => post({ url }, '/', new Uint8Array([0x7b, 0x7d]), 'application/json')
  return { ask, connections: () => connections, stop: () => server.close() }
}

describe('the URL of a server', () => {
  it('may have a path, with or without a slash at its end, and the function comes after it unless it is named', async () => {
    const paths: string[] = []
    const server = createHttp((request, response) => {
      paths.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const whole = `${at}/gsma/rsp2/asn1`
      for (const url of [at, `${at}/`, `${at}/rsp`, `${at}/rsp/`, whole, `${at}/rsp?token=a`])
        await post({ url }, '/gsma/rsp2/asn1', new Uint8Array(), 'x/y')
      const [plain, behind] = ['/gsma/rsp2/asn1', '/rsp/gsma/rsp2/asn1']
      expect(paths).toEqual([plain, plain, behind, behind, plain, `${behind}?token=a`])
    } finally {
      server.close()
    }
  })
})

describe('a connection that is kept', () => {
  it('and that the server closes as it is used again is replaced by another one, once', async () => {
    const server = await serverThat((connection, request, socket) => {
      if (connection === 0 && request === 1) socket.resetAndDestroy()
      else socket.write(OK)
    })
    try {
      expect((await server.ask()).status).toBe(200)
      expect((await server.ask()).status).toBe(200)
      expect(server.connections()).toBe(2)
    } finally {
      server.stop()
    }
  })

  it('is not replaced for ever, nor is a fresh one, nor one that had begun to answer', async () => {
    for (const [good, cut] of [
      [0, ''],
      [1, 'HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf'],
    ] as const) {
      const server = await serverThat((connection, request, socket) => {
        if (connection === 0 && request < good) return socket.write(OK)
        socket.write(cut, () => socket.resetAndDestroy())
        return undefined
      })
      try {
        for (let at = 0; at < good; at++) await server.ask()
        const failure = await server.ask().catch((error: unknown) => error)
        expect(isFailure(failure, 'sgp22.no-answer')).toBe(true)
        expect(server.connections()).toBe(1)
      } finally {
        server.stop()
      }
    }
  })
})
