import { parseActivationCode } from '@gesim/sgp22'
import type { Activation } from '@gesim/wire'

/**
 * The activation code with its parts and the links that open a phone's own installer. iOS takes the code raw (17.4 and
 * later), Android percent-encoded; neither is promised by its maker, so the page shows the QR code and the parts too.
 */
export function activationOf(activationCode: string): Activation {
  const { smdpAddress, matchingId } = parseActivationCode(activationCode)
  return {
    activationCode,
    smdpAddress,
    matchingId,
    appleUrl: `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${activationCode}`,
    androidUrl: `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${encodeURIComponent(activationCode)}`,
  }
}
