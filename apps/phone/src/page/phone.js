/** The phone's page: draws the state that the phone streams, and sends what the user does. */

const $ = (id) => document.getElementById(id)

const STEPS = [
  ['pair', 'Pair with the purchase'],
  ['authenticate', 'Prove card and server to each other'],
  ['preview', 'Look at the profile'],
  ['prepare', 'Agree on keys'],
  ['fetch', 'Fetch the profile'],
  ['install', 'Decrypt and install it'],
  ['notify', 'Tell the operator'],
  ['enable', 'Switch it on'],
]
const LATER = { installed: 'notify', done: 'done' }

function bytes(value) {
  const count = Number(value)
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} GB`
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`
  return count >= 1e3 ? `${Math.round(count / 1e3)} kB` : `${count} B`
}

function money(micros) {
  return (Number(micros) / 1e6).toFixed(4).replace(/0{1,2}$/, '')
}

async function send(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw answer
  return answer
}

function showFailure(failure) {
  const box = $('failure')
  box.hidden = !failure
  box.textContent = failure ? `${failure.message ?? 'That did not work.'} ${failure.remedy ?? ''}` : ''
}

async function run(work) {
  showFailure(undefined)
  try {
    return await work()
  } catch (failure) {
    showFailure(failure instanceof Error ? { message: 'The phone does not answer.' } : failure)
  }
}

function drawLine({ line, purchase }) {
  const bars = line.state === 'attached' ? line.bars : 0
  for (const [i, bar] of [...$('signal').children].entries()) bar.classList.toggle('on', i < bars)
  $('signal').setAttribute('aria-label', bars ? `Signal: ${bars} of 4 bars` : 'No signal')
  $('operator').textContent = line.state === 'attached' ? `${line.plmn} ${line.rat}` : 'No service'
  const texts = {
    'no-profile': 'No eSIM is switched on.',
    searching: 'Looking for the network…',
    attached: `Connected${line.latencyMs ? `, ${Math.round(line.latencyMs)} ms` : ''}.`,
    denied: `No connection. ${line.failure?.message ?? ''}`,
  }
  $('line-text').textContent = texts[line.state]
  $('purchase').hidden = !purchase
  $('purchase-text').hidden = !purchase
  $('data').hidden = !(line.state === 'attached' && purchase)
  if (!purchase) return
  $('used').textContent = bytes(purchase.usedBytes)
  $('vouched').textContent = bytes(purchase.vouchedBytes)
  $('charged').textContent = money(purchase.amountMicros)
  $('purchase-text').textContent = purchaseText(purchase)
}

function purchaseText(purchase) {
  if (purchase.failure) return purchase.failure.message
  if (purchase.over || purchase.service === 'ended')
    return 'The service has ended. Every byte was signed for.'
  if (purchase.service === 'on') return 'Service is on. This phone signs for what it uses.'
  if (!purchase.bound) return 'Waiting for the buyer to confirm this phone.'
  return purchase.consent === 'given'
    ? 'The carrier is switching the service on.'
    : "Waiting for the carrier's receipt."
}

function drawTraffic({ traffic, purchase }) {
  const running = traffic.state === 'running'
  $('traffic').hidden = traffic.state === 'idle'
  $('traffic').value = traffic.wantedBytes ? (100 * traffic.doneBytes) / traffic.wantedBytes : 0
  $('use').textContent = running ? 'Stop' : 'Start'
  $('use').disabled = !running && purchase?.service !== 'on'
  const texts = {
    idle: '',
    running: `${bytes(traffic.doneBytes)} of ${bytes(traffic.wantedBytes)}, ${bytes(traffic.bytesPerSecond)}/s`,
    done: `${bytes(traffic.doneBytes)} arrived.`,
    stopped: `${bytes(traffic.doneBytes)} arrived, then it stopped${traffic.why ? `: ${traffic.why}` : ''}.`,
  }
  $('traffic-text').textContent = texts[traffic.state]
}

function profileRow(profile) {
  const row = document.createElement('li')
  const name = document.createElement('div')
  name.className = 'name'
  name.textContent = profile.nickname ?? profile.name
  const small = document.createElement('small')
  small.textContent = `${profile.provider} · …${profile.iccid.slice(-4)} · ${profile.enabled ? 'on' : 'off'}`
  name.append(small)
  const button = (label, act) => {
    const made = document.createElement('button')
    made.type = 'button'
    made.textContent = label
    made.setAttribute('aria-label', `${label} ${profile.name} ending in ${profile.iccid.slice(-4)}`)
    made.addEventListener('click', () => run(act))
    return made
  }
  const path = `/api/profiles/${profile.iccid}`
  const toggle = profile.enabled ? 'disable' : 'enable'
  row.append(
    name,
    button(profile.enabled ? 'Switch off' : 'Switch on', () => send('POST', `${path}/${toggle}`)),
    button('Delete', () => {
      if (confirm('Delete this eSIM from the phone? It cannot be brought back.')) return send('DELETE', path)
    }),
  )
  return row
}

let drawnProfiles = ''
function drawProfiles({ profiles }) {
  const now = JSON.stringify(profiles)
  if (now === drawnProfiles) return
  drawnProfiles = now
  $('profiles').replaceChildren(...profiles.map(profileRow))
  $('no-profiles').hidden = profiles.length > 0
}

function drawDownload({ downloads: [latest] }) {
  $('download').hidden = !latest
  $('add-button').disabled = latest?.state === 'running'
  if (!latest) return
  $('download-bar').value = latest.percent
  const at = LATER[latest.step] ?? latest.step
  const place = at === 'done' ? STEPS.length : STEPS.findIndex(([step]) => step === at)
  const shown = STEPS.filter(([step]) => step !== 'pair' || latest.intentId || latest.step === 'pair')
  $('steps').replaceChildren(
    ...shown.map(([step, text]) => {
      const row = document.createElement('li')
      const index = STEPS.findIndex(([each]) => each === step)
      row.textContent = text
      if (index < place) row.className = 'done'
      else if (index === place) row.className = 'now'
      if (index === place) row.setAttribute('aria-current', 'step')
      return row
    }),
  )
  const failure = latest.failure ? `${latest.failure.message} ${latest.failure.remedy}` : ''
  const texts = {
    running: latest.profileName ?? '',
    done: `${latest.profileName ?? 'The eSIM'} is on.`,
    failed: failure,
  }
  if ($('download-text').textContent !== texts[latest.state])
    $('download-text').textContent = texts[latest.state]
  if (latest.failure?.code === 'lpa.confirmation-code-missing') $('confirm-row').hidden = false
}

let state
function draw(next) {
  state = next
  drawLine(next)
  drawTraffic(next)
  drawProfiles(next)
  drawDownload(next)
}

$('add').addEventListener('submit', (event) => {
  event.preventDefault()
  const field = (id) => $(id).value.trim() || undefined
  run(async () => {
    const body = {
      activationCode: field('code'),
      pairingCode: field('pair'),
      confirmationCode: field('confirm'),
    }
    await send('POST', '/api/downloads', body)
    $('download').scrollIntoView({ block: 'nearest' })
  })
})

$('use').addEventListener('click', () => {
  if (state?.traffic.state === 'running') return run(() => send('DELETE', '/api/traffic'))
  run(() => send('POST', '/api/traffic', { bytes: Number($('amount').value) }))
})

// The install link of a purchase: the code is filled in, the user still says "Add eSIM".
const query = new URLSearchParams(location.search)
if (query.has('carddata')) {
  $('code').value = query.get('carddata')
  $('pair').value = query.get('pair') ?? ''
  $('add-button').focus()
  history.replaceState(null, '', location.pathname)
}

const clock = () => {
  $('clock').textContent = new Date().toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
}
clock()
setInterval(clock, 10_000)

new EventSource('/api/events').addEventListener('state', ({ data }) => draw(JSON.parse(data)))
