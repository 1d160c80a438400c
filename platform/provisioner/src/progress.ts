import { NOTIFICATION_POINT } from '@gesim/sgp22'
import type { DownloadProgress } from '@gesim/wire'
import { apply } from './provisioner.ts'
import { commitIccid } from './seal.ts'
import type { Shared } from './shared.ts'
import * as table from './table.ts'

/**
 * Hears how far a download is (ES2+ HandleDownloadProgressInfo). The ICCID and EID in it are used to find the order and
 * forgotten. An installation counts only with the carrier's signed receipt; its failure counts at once. What belongs to
 * no open order is ignored: SGP.22 asks for 204 and nothing else, so that the sender stops repeating it.
 */
export async function hearProgress(
  shared: Shared,
  books: readonly number[],
  progress: DownloadProgress,
): Promise<void> {
  const { store, settings } = shared
  const found = await table.orderByIccid(store.db, commitIccid(settings.commitmentKey, progress.iccid), books)
  if (!found) return
  const { notificationPointId: point } = progress
  const succeeded = progress.notificationPointStatus.status.startsWith('Executed')
  const failed = point === NOTIFICATION_POINT.packageInstallation && !succeeded
  const downloaded = point === NOTIFICATION_POINT.packageDownload && succeeded
  if (!failed && !downloaded) return
  await store.tx(async (tx) => {
    const order = await table.orderOf(tx, found.intent_id, found.attempt, true)
    if (!order) return
    if (downloaded) await apply(shared, tx, order, 'downloaded')
    else await apply(shared, tx, order, 'installation-failed', { code: 'provisioner.installation-failed' })
  })
}
