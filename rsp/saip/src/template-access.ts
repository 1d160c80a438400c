import { fromHex } from '@gesim/base'

/**
 * Access rules of template files (interoperable profile format, annex A): a file that says nothing of its own refers
 * to the record of this number in the EF.ARR of its place.
 *
 * A line is: number of the record, then the files. Directories have 14; whatever is not named has 5.
 */
const RULE_OF_FILE = `
1   ef-pl ef-li
2   ef-imsi ef-hpplmn ef-ust ef-threshold ef-acc ef-gid1 ef-gid2 ef-msisdn ef-cbmid ef-sdn ef-ext3 ef-oplmnwact
2   ef-hplmnwact ef-cnl ef-cmi ef-vgcs ef-vbs ef-emlpp ef-spdi ef-mmsicp ef-nia ef-vgcsca ef-vbsca ef-msk ef-muk
2   ef-ehplmn ef-gbanl ef-ehplmnpi ef-lrplmnsi ef-nafkca ef-ncp-ip ef-nasconfig ef-uicciari ef-sdnuri ef-epdgid
2   ef-epdgselection ef-epdgidem ef-epdgselectionem ef-frompreferred ef-imsconfigdata ef-3gpppsdataoff
2   ef-3gpppsdataoffservicelist ef-xcapconfigdata ef-mudmidconfigdata ef-invscan ef-uac-aic ef-suci-calc-info
2   ef-supinai ef-routing-indicator ef-ursp ef-tn3gppsnn ef-impi ef-impu ef-domain ef-ist ef-pcscf ef-webrtcuri
2   ef-img ef-iidf ef-pbr ef-mlpl ef-mspl ef-mmssmode ef-mst ef-mcs-config ef-vst ef-v2x-config ef-v2xp-pc5
2   ef-v2xp-uu ef-launchpad ef-eapkeys ef-eapstatus
3   ef-rma ef-sume ef-ial ef-ipd ef-suci-calc-info-usim
7   ef-acm ef-ict ef-oct
8   ef-fdn ef-est ef-ext2 ef-bdn ef-ext4 ef-acl ef-fdnuri ef-bdnuri
9   ef-ice-dn ef-ice-ff ef-ice-graphics
10  ef-dir ef-arr ef-umpc ef-spn ef-ad ef-ecc ef-pnn ef-opl ef-spni ef-pnni ef-ufc ef-pws ef-ips ef-earfcnlist
10  ef-launch-scws ef-icon ef-opl5g
11  ef-iccid
`

const RULES = new Map<string, number>()
for (const line of RULE_OF_FILE.trim().split('\n')) {
  const [number, ...names] = line.split(/ +/)
  for (const name of names) RULES.set(name, Number(number))
}

const DIRECTORY_RULE = 14
const USUAL_RULE = 5

/** The record of EF.ARR that a template file refers to when the package says nothing else. */
export function templateRule(name: string, directory: boolean): number {
  return directory ? DIRECTORY_RULE : (RULES.get(name) ?? USUAL_RULE)
}

/**
 * What the records of EF.ARR with these numbers say (annex A, access rules; TS 102 221, 9.2.4): `90` always, `97`
 * never, `A4` a key reference. For packages whose EF.ARR lacks them.
 */
export const TEMPLATE_RULES: ReadonlyMap<number, Uint8Array> = new Map(
  [
    '8001019000800102A406830101950108800158A40683010A950108',
    '800101A40683010195010880015AA40683010A950108',
    '80015BA40683010A950108',
    '800101900080011A9700800140A40683010A950108',
    '800103A406830101950108800158A40683010A950108',
    '800111A40683010195010880014AA40683010A950108',
    '800103A406830101950108800158A40683010A950108840132A406830101950108',
    '800101A406830101950108800102A406830181950108800158A40683010A950108',
    '800101900080011AA406830101950108800140A40683010A950108',
    '800101900080015AA40683010A950108',
    '8001019000800118A40683010A9501088001429700',
    '800101A40683010195010880015A9700',
    '800113A406830101950108800148A40683010A950108',
    '80015EA40683010A950108',
  ].map((hex, i) => [i + 1, fromHex(hex)]),
)
