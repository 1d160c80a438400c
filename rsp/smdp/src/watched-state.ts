import type { Change, Message, Profile, SmdpState } from './ports.ts'

/** The same state, without messages for operators that nobody can tell anything, and which says once one is written down. */
export function watched(
  state: SmdpState,
  isTold: (operator: string) => boolean,
  onMessages: () => void,
): SmdpState {
  type Decide<T> = (profile: Profile | undefined) => Change<T>
  const isWanted = ({ kind, target }: Message) => kind !== 'progress' || isTold(target)

  async function watch<T>(decide: Decide<T>, run: (watchedDecide: Decide<T>) => Promise<T>): Promise<T> {
    let told = false
    const result = await run((profile) => {
      const change = decide(profile)
      const messages = change.messages?.filter(isWanted) ?? []
      told = messages.length > 0
      return { ...change, messages }
    })
    if (told) onMessages()
    return result
  }

  return {
    find: (key) => state.find(key),
    change: (iccid, decide) => watch(decide, (watchedDecide) => state.change(iccid, watchedDecide)),
    changeAvailable: (operator, profileType, decide) =>
      watch(decide, (watchedDecide) => state.changeAvailable(operator, profileType, watchedDecide)),
    knowsType: (operator, profileType) => state.knowsType(operator, profileType),
    dueMessages: (atMs, limit) => state.dueMessages(atMs, limit),
    settleMessage: (id, nextAtMs) => state.settleMessage(id, nextAtMs),
    forget: (endedBeforeMs) => state.forget(endedBeforeMs),
    close: () => state.close(),
  }
}
