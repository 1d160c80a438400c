/** One package as `package/list` shows it: prices in USD x 10,000, volumes in bytes of binary gigabytes. */
export interface Package {
  readonly packageCode: string
  readonly slug: string
  readonly name: string
  readonly price: number
  readonly currencyCode: 'USD'
  readonly volume: number
  readonly smsStatus: 0 | 1
  readonly dataType: number
  readonly unusedValidTime: number
  readonly duration: number
  readonly durationUnit: 'DAY'
  readonly location: string
  readonly locationCode: string
  readonly description: string
  readonly activeType: 1 | 2
  readonly speed: string
  readonly ipExport: string
  readonly supportTopUpType: 1 | 2 | 3
  readonly fupPolicy: string
  readonly locationNetworkList: readonly {
    readonly locationName: string
    readonly locationCode: string
    readonly operatorList: readonly { readonly operatorName: string; readonly networkType: string }[]
  }[]
}

const GIB = 1_073_741_824

function countryPackage(
  code: string,
  name: string,
  operators: readonly string[],
  gib: number,
  days: number,
  price: number,
): Package {
  return {
    packageCode: `SIM${code}${gib}${days}`,
    slug: `${code}_${gib}_${days}`,
    name: `${name} ${gib}GB ${days}Days`,
    price,
    currencyCode: 'USD',
    volume: gib * GIB,
    smsStatus: 0,
    dataType: 1,
    unusedValidTime: 180,
    duration: days,
    durationUnit: 'DAY',
    location: code,
    locationCode: code,
    description: `${name} ${gib}GB ${days}Days`,
    activeType: 2,
    speed: '4G/5G',
    ipExport: 'FR/NL',
    supportTopUpType: 2,
    fupPolicy: '',
    locationNetworkList: [
      {
        locationName: name,
        locationCode: code,
        operatorList: operators.map((operatorName) => ({ operatorName, networkType: '4G' })),
      },
    ],
  }
}

/** The packages that the simulator sells: enough to order, query and cancel; the real list has some 2,590. */
export const PACKAGES: readonly Package[] = [
  countryPackage('ES', 'Spain', ['Operator One', 'Operator Two'], 1, 7, 7_000),
  countryPackage('ES', 'Spain', ['Operator One', 'Operator Two'], 3, 30, 18_000),
  countryPackage('FR', 'France', ['Operator Three'], 1, 7, 8_000),
  countryPackage('JP', 'Japan', ['Operator Four'], 3, 30, 25_000),
]
