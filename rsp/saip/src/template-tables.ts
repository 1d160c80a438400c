/**
 * The file templates of the interoperable profile format, as far as files need defaults: the position of a line is
 * the position of the file in its profile element. File identifiers, sizes and short identifiers are those of
 * TS 102 221, TS 31.102 and TS 31.103 (C.S0065 for CSIM).
 *
 * Columns: name, file identifier, structure (mf, adf, df, t transparent, l linear fixed, c cyclic, b BER-TLV),
 * size (octets, or octets of a record x records, or `-` where the package must say it), short identifier,
 * content when nothing is filled in (the last octet repeats).
 */
export const PHONEBOOK_TABLE = `
df-phonebook     5F3A df -     -  -
ef-pbr           4F30 l  -     -  FF
ef-ext1          -    l  13x5  -  00FF
ef-aas           -    l  -     -  FF
ef-gas           -    l  -     -  FF
ef-psc           4F22 t  4     -  00
ef-cc            4F23 t  2     -  00
ef-puid          4F24 t  2     -  00
ef-iap           -    l  -     -  FF
ef-adn           -    l  -     -  FF
ef-pbc           -    l  2x10  -  00
ef-anr           -    l  15x10 -  FF
ef-puri          -    l  -     -  FF
ef-email         -    l  -     -  FF
ef-sne           -    l  -     -  FF
ef-uid           -    l  2x10  -  00
ef-grp           -    l  -     -  00
ef-ccp1          -    l  -     -  FF
`.trim()

export const MF_TABLE = `
mf        3F00 mf -    -  -
ef-pl     2F05 t  2    05 FF
ef-iccid  2FE2 t  10   02 FF
ef-dir    2F00 l  -    1E FF
ef-arr    2F06 l  -    06 FF
ef-umpc   2F08 t  5    08 00
`

export const CD_TABLE = `
df-cd        7F11 df - - -
ef-launchpad 6F01 t  - - FF
ef-icon      -    t  - - FF
`

export const TELECOM_TABLE = `
df-telecom       7F10 df -     -  -
ef-arr           6F06 l  -     06 FF
ef-rma           6F53 l  -     -  FF
ef-sume          6F54 t  22    -  FF
ef-ice-dn        6FE0 l  24x1  -  FF
ef-ice-ff        6FE1 l  -     -  FF
ef-psismsc       6FE5 l  -     -  FF
df-graphics      5F50 df -     -  -
ef-img           4F20 l  -     -  00FF
ef-iidf          -    t  -     -  FF
ef-ice-graphics  4F21 b  -     -  FF
ef-launch-scws   4F01 t  -     -  FF
ef-icon          -    t  -     -  FF
${PHONEBOOK_TABLE}
df-multimedia    5F3B df -     -  -
ef-mml           4F47 b  -     -  FF
ef-mmdf          4F48 b  -     -  FF
df-mmss          5F3C df -     -  -
ef-mlpl          4F20 t  -     -  FF
ef-mspl          4F21 t  -     -  FF
ef-mmssmode      4F22 t  1     -  FF
df-mcs           5F3D df -     -  -
ef-mst           4F01 t  -     01 FF
ef-mcs-config    4F02 b  -     02 FF
df-v2x           5F3E df -     -  -
ef-vst           4F01 t  -     01 FF
ef-v2x-config    4F02 b  -     02 FF
ef-v2xp-pc5      4F03 t  -     -  FF
ef-v2xp-uu       4F04 t  -     -  FF
`

export const USIM_TABLE = `
adf-usim      7FF0 adf -     -  -
ef-imsi       6F07 t   9     07 FF
ef-arr        6F06 l   -     17 FF
ef-keys       6F08 t   33    08 07FF
ef-keysPS     6F09 t   33    09 07FF
ef-hpplmn     6F31 t   1     12 0A
ef-ust        6F38 t   17    04 00
ef-fdn        6F3B l   26x20 -  FF
ef-sms        6F3C l   176x10 - 00FF
ef-smsp       6F42 l   38x1  -  FF
ef-smss       6F43 t   2     -  FF
ef-spn        6F46 t   17    -  FF
ef-est        6F56 t   1     05 00
ef-start-hfn  6F5B t   6     0F F00000F00000
ef-threshold  6F5C t   3     10 FF
ef-psloci     6F73 t   14    0C FFFFFFFFFFFFFF42F6180000FF01
ef-acc        6F78 t   2     06 00
ef-fplmn      6F7B t   12    0D FF
ef-loci       6F7E t   11    0B FFFFFFFF42F6180000FF01
ef-ad         6FAD t   4     03 00000002
ef-ecc        6FB7 l   4x1   01 FF
ef-netpar     6FC4 t   128   -  FF
ef-epsloci    6FE3 t   18    1E FFFFFFFFFFFFFFFFFFFFFFFF42F618000001
ef-epsnsc     6FE4 l   80x1  18 FF
`

export const OPT_USIM_TABLE = `
ef-li            6F05 t 6     02 FF
ef-acmax         6F37 t 3     -  00
ef-acm           6F39 c 3x1   1C 00
ef-gid1          6F3E t -     -  FF
ef-gid2          6F3F t -     -  FF
ef-msisdn        6F40 l 24x1  -  FF
ef-puct          6F41 t 5     -  FFFFFF0000
ef-cbmi          6F45 t 10    -  FF
ef-cbmid         6F48 t 10    0E FF
ef-sdn           6F49 l 24x10 -  FF
ef-ext2          6F4B l 13x10 -  00FF
ef-ext3          6F4C l 13x10 -  00FF
ef-cbmir         6F50 t 20    -  FF
ef-plmnwact      6F60 t 40    0A FFFFFF0000
ef-oplmnwact     6F61 t 40    11 FFFFFF0000
ef-hplmnwact     6F62 t 5     13 FFFFFF0000
ef-dck           6F2C t 16    -  FF
ef-cnl           6F32 t 30    -  FF
ef-smsr          6F47 l 30x10 -  00FF
ef-bdn           6F4D l 25x10 -  FF
ef-ext5          6F4E l 13x10 -  00FF
ef-ccp2          6F4F l 15x1  16 FF
ef-ext4          6F55 l 13x10 -  00FF
ef-acl           6F57 t 101   -  00FF
ef-cmi           6F58 l 11x10 -  FF
ef-ici           6F80 c 38x20 14 FF
ef-oci           6F81 c 37x20 15 FF
ef-ict           6F82 c 3x1   -  00
ef-oct           6F83 c 3x1   -  00
ef-vgcs          6FB1 t 20    -  FF
ef-vgcss         6FB2 t 7     -  00
ef-vbs           6FB3 t 20    -  FF
ef-vbss          6FB4 t 7     -  00
ef-emlpp         6FB5 t 2     -  00
ef-aaem          6FB6 t 1     -  00
ef-hiddenkey     6FC3 t 4     -  FF
ef-pnn           6FC5 l 16x10 19 FF
ef-opl           6FC6 l 8x10  1A FF
ef-mbdn          6FC7 l 24x3  -  FF
ef-ext6          6FC8 l 13x10 -  00FF
ef-mbi           6FC9 l 5x10  -  -
ef-mwis          6FCA l 6x10  -  00
ef-cfis          6FCB l 16x10 -  0100FF
ef-ext7          6FCC l 13x10 -  00FF
ef-spdi          6FCD t 17    -  FF
ef-mmsn          6FCE l 6x10  -  000000FF
ef-ext8          6FCF l 13x10 -  00FF
ef-mmsicp        6FD0 t 100   -  FF
ef-mmsup         6FD1 l -     -  FF
ef-mmsucp        6FD2 t 100   -  FF
ef-nia           6FD3 l 11x10 -  FF
ef-vgcsca        6FD4 t -     -  00
ef-vbsca         6FD5 t -     -  00
ef-gbabp         6FD6 t -     -  FF
ef-msk           6FD7 l -     -  FF
ef-muk           6FD8 l -     -  FF
ef-ehplmn        6FD9 t -     1D FF
ef-gbanl         6FDA l -     -  FF
ef-ehplmnpi      6FDB t 1     -  00
ef-lrplmnsi      6FDC t 1     -  00
ef-nafkca        6FDD l -     -  FF
ef-spni          6FDE t -     -  00FF
ef-pnni          6FDF l -     -  00FF
ef-ncp-ip        6FE2 l -     -  FF
ef-ufc           6FE6 t 30    -  FF
ef-nasconfig     6FE8 t 18    -  FF
ef-uicciari      6FE7 l -     -  FF
ef-pws           6FEC t -     -  FF
ef-fdnuri        6FED l -     -  FF
ef-bdnuri        6FEE l -     -  FF
ef-sdnuri        6FEF l -     -  FF
ef-ial           6FF0 l -     -  FF
ef-ips           6FF1 c -     -  00
ef-ipd           6FF2 l -     -  FF
ef-epdgid        6FF3 t -     -  FF
ef-epdgselection 6FF4 t -     -  FF
ef-epdgidem      6FF5 t -     -  FF
ef-epdgselectionem 6FF6 t -   -  FF
ef-frompreferred 6FF7 t 1     -  00
ef-imsconfigdata 6FF8 b -     -  FF
ef-3gpppsdataoff 6FF9 t 4     -  00
ef-3gpppsdataoffservicelist 6FFA l - - FF
ef-xcapconfigdata 6FFC b -    -  FF
ef-earfcnlist    6FFD t -     -  FF
ef-mudmidconfigdata 6FFE b -  -  FF
`

export const GSM_ACCESS_TABLE = `
df-gsm-access 5F3B df -  -  -
ef-kc         4F20 t  9  01 FFFFFFFFFFFFFFFF07
ef-kcgprs     4F52 t  9  02 FFFFFFFFFFFFFFFF07
ef-cpbcch     4F63 t  10 -  FF
ef-invscan    4F64 t  1  -  00
`

export const ISIM_TABLE = `
adf-isim  7FF2 adf - -  -
ef-impi   6F02 t   - 02 FF
ef-impu   6F04 l   - 04 FF
ef-domain 6F03 t   - 05 FF
ef-ist    6F07 t  14 07 00
ef-ad     6FAD t   3 03 00
ef-arr    6F06 l   - 06 FF
`

export const OPT_ISIM_TABLE = `
ef-pcscf    6F09 l -      - FF
ef-sms      6F3C l 176x10 - 00FF
ef-smsp     6F42 l 38x1   - FF
ef-smss     6F43 t 2      - FF
ef-smsr     6F47 l 30x10  - 00FF
ef-gbabp    6FD5 t -      - FF
ef-gbanl    6FD7 l -      - FF
ef-nafkca   6FDD l -      - FF
ef-uicciari 6FE7 l -      - FF
ef-frompreferred 6FF7 t 1 - 00
ef-imsconfigdata 6FF8 b - - FF
ef-xcapconfigdata 6FFC b - - FF
ef-webrtcuri 6FFA l -     - FF
ef-mudmidconfigdata 6FFE b - - FF
`

export const DF_5GS_TABLE = `
df-df-5gs           5FC0 df -    -  -
ef-5gs3gpploci      4F01 t  20   01 FFFFFFFFFFFFFFFFFFFFFFFFFF42F61800000001
ef-5gsn3gpploci     4F02 t  20   02 FFFFFFFFFFFFFFFFFFFFFFFFFF42F61800000001
ef-5gs3gppnsc       4F03 l  62x1 03 FF
ef-5gsn3gppnsc      4F04 l  62x1 04 FF
ef-5gauthkeys       4F05 t  110  05 FF
ef-uac-aic          4F06 t  4    06 00
ef-suci-calc-info   4F07 t  -    07 FF
ef-opl5g            4F08 l  10x10 08 FF
ef-supinai          4F09 t  -    09 FF
ef-routing-indicator 4F0A t 4    0A F0FFFFFF
ef-ursp             4F0B b  -    -  FF
ef-tn3gppsnn        4F0C t  1    -  00
`

export const EAP_TABLE = `
df-eap       -    df - - -
ef-eapkeys   4F01 t  - - FF
ef-eapstatus 4F02 t  1 - 00
ef-puid      4F03 t  - - FF
ef-ps        4F04 t  - - FF
ef-curid     4F20 t  - - FF
ef-reid      4F21 t  - - FF
ef-realm     4F22 t  - - FF
`

export const DF_SAIP_TABLE = `
df-df-saip             5FD0 df - -  -
ef-suci-calc-info-usim 4F01 t  - 01 FF
`

export const CSIM_TABLE = `
adf-csim        7FF3 adf -   -  -
ef-arr          6F06 l  -    06 FF
ef-call-count   6F21 c  2x1  -  00
ef-imsi-m       6F22 t  10   -  FF
ef-imsi-t       6F23 t  10   -  FF
ef-tmsi         6F24 t  16   -  FF
ef-ah           6F25 t  2    -  00
ef-aop          6F26 t  1    -  00
ef-aloc         6F27 t  7    -  00
ef-cdmahome     6F28 l  5x20 -  FF
ef-znregi       6F29 l  8x7  -  00
ef-snregi       6F2A t  7    -  00
ef-distregi     6F2B t  8    -  00
ef-accolc       6F2C t  1    06 00
ef-term         6F2D t  1    -  00
ef-acp          6F2F t  7    -  00
ef-prl          6F30 t  -    -  FF
ef-ruimid       6F31 t  8    -  FF
ef-csim-st      6F32 t  -    04 00
ef-spc          6F33 t  3    -  00
ef-otapaspc     6F34 t  1    -  00
ef-namlock      6F35 t  1    -  00
ef-ota          6F36 t  -    -  00
ef-sp           6F37 t  1    -  00
ef-esn-meid-me  6F38 t  8    -  00
ef-li           6F3A t  -    02 FF
ef-usgind       6F42 t  1    -  00
ef-ad           6F43 t  3    -  00
ef-max-prl      6F45 t  4    -  00
ef-spcs         6F46 t  1    -  00
ef-mecrp        6F55 t  3    -  00
ef-home-tag     6F70 t  -    -  00
ef-group-tag    6F71 t  -    -  00
ef-specific-tag 6F72 t  -    -  00
ef-call-prompt  6F73 t  -    -  00
`

/** Optional CSIM files carry their own identifier and size in every known package; only their place matters here. */
export const OPT_CSIM_TABLE = `
ef-ssci     6F2E t 1     - FF
ef-fdn      6F3B l -     - FF
ef-sms      6F3C l -     - 00FF
ef-smsp     6F3D l -     - FF
ef-smss     6F3E t 5     - FF
ef-ssfc     6F3F t -     - FF
ef-spn      6F41 t 35    - FF
ef-mdn      6F44 l 11x1  - FF
ef-ecc      6F47 t -     - FF
ef-me3gpdopc 6F48 t 1    - 00
ef-3gpdopm  6F49 t 1     - 00
ef-sipcap   6F4A t 4     - 00
ef-mipcap   6F4B t 5     - 00
ef-sipupp   6F4C t -     - FF
ef-mipupp   6F4D t -     - FF
ef-sipsp    6F4E t 1     - 00
ef-mipsp    6F4F t -     - FF
ef-sippapss 6F50 t -     - FF
`
