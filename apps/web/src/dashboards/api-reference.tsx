'use client'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import { Answer } from './frame.tsx'
import { byArea, type OpenApi, type Operation, outline } from './openapi.ts'

const TONES = { GET: 'sea', POST: 'sky', PUT: 'amber', DELETE: 'coral' } as const

/** The API as it describes itself. Nothing here is written by hand. */
export function ApiReference() {
  const polled = usePolled<OpenApi>('/v1/openapi.json', null, null)
  return (
    <Answer of={polled}>
      {(document) => (
        <div className="space-y-8" data-testid="reference">
          <p className="text-small text-soft">
            {document.info.title}, version {document.info.version}.{' '}
            <a className="prose-link" href="/v1/openapi.json">
              The document (OpenAPI 3.1)
            </a>
          </p>
          {byArea(document).map(([area, operations]) => (
            <section key={area}>
              <h3 className="mb-3 text-lead font-semibold">{area}</h3>
              <div className="card divide-y divide-line">
                {operations.map((operation) => (
                  <OperationRow key={`${operation.method} ${operation.path}`} operation={operation} />
                ))}
              </div>
            </section>
          ))}
        </div>
      )}
    </Answer>
  )
}

function OperationRow({ operation }: { operation: Operation }) {
  const body = schemaOf(operation.requestBody?.content)
  const answers = Object.entries(operation.responses ?? {})
  return (
    <details className="group">
      <summary className="relative flex list-none flex-wrap items-center gap-x-3 gap-y-1 py-3 pr-11 pl-4">
        <span className="w-16">
          <Badge tone={TONES[operation.method as keyof typeof TONES] ?? 'plain'}>{operation.method}</Badge>
        </span>
        <span className="min-w-0 font-mono text-caption break-all">{operation.path}</span>
        <span className="w-full text-small text-soft sm:w-auto sm:flex-1">{operation.summary}</span>
        <Icon
          name="chevron"
          className="absolute top-4 right-4 size-4 text-faint transition-transform group-open:rotate-180"
        />
      </summary>
      <div className="space-y-4 border-t border-line bg-sunken/50 px-4 py-4 text-small">
        {operation.parameters && operation.parameters.length > 0 && (
          <Part title="Parameters">
            {operation.parameters
              .map((one) => `${one.name}${one.required ? '' : '?'}: ${outline(one.schema)}   // in ${one.in}`)
              .join('\n')}
          </Part>
        )}
        {body !== undefined && <Part title="Body">{outline(body)}</Part>}
        {answers.map(([status, answer]) => {
          const schema = schemaOf(answer.content)
          return (
            <Part key={status} title={`${status} ${answer.description ?? ''}`}>
              {schema === undefined ? 'nothing' : outline(schema)}
            </Part>
          )
        })}
      </div>
    </details>
  )
}

function schemaOf(content: Readonly<Record<string, { schema?: unknown }>> | undefined): unknown {
  return content ? Object.values(content)[0]?.schema : undefined
}

function Part({ title, children }: { title: string; children: string }) {
  return (
    <div>
      <p className="text-caption font-semibold text-faint">{title}</p>
      <pre className="mt-1 rounded-field whitespace-pre-wrap break-words bg-surface p-3 font-mono text-caption leading-relaxed">
        {children}
      </pre>
    </div>
  )
}
