import { bytesEqual, toHex } from '@gesim/base'
import { imsiFromFile } from '@gesim/saip'
import type { OperatorId } from '@gesim/sgp22'
import { walk } from '../uicc/files.ts'
import type { InstalledProfile } from '../uicc/naa.ts'

const EF = { imsi: 0x6f07, gid1: 0x6f3e, gid2: 0x6f3f } as const

/** MCC and MNC of three bytes as digits, swapped as on cards; the third digit of an MNC may be F, for none. */
function networkOf(mccMnc: Uint8Array): { mcc: string; mnc: string } {
  const [a = '', b = '', c = ''] = Array.from(mccMnc, (byte) => toHex(Uint8Array.of(byte)))
  return { mcc: `${a[1]}${a[0]}${b[1]}`, mnc: `${c[1]}${c[0]}${b[0]}`.replace(/f$/, '') }
}

/**
 * Whether the owner that the metadata names is another one than that of the profile (SGP.22, 5.5.5): its network must
 * be that of EF.IMSI, its group identifiers those of EF.GID1 and EF.GID2. A profile without a USIM has nothing to
 * compare.
 */
export function ownerMismatch(owner: OperatorId, { applications }: InstalledProfile): boolean {
  const usim = applications.find(({ kind }) => kind === 'usim')
  if (!usim) return false
  const contentOf = (fileId: number) => walk(usim.adf, [fileId])?.body.content
  const imsi = contentOf(EF.imsi)
  const { mcc, mnc } = networkOf(owner.mccMnc)
  if (imsi && !imsiFromFile(imsi).startsWith(mcc + mnc)) return true
  const differs = (wanted: Uint8Array | undefined, fileId: number) => {
    if (!wanted?.length) return false
    const file = contentOf(fileId)
    // A file longer than the identifier is filled up with FF.
    const same = file && bytesEqual(file.subarray(0, wanted.length), wanted)
    return !same || file.subarray(wanted.length).some((byte) => byte !== 0xff)
  }
  return differs(owner.gid1, EF.gid1) || differs(owner.gid2, EF.gid2)
}
