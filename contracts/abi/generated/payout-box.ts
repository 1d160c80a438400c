// Written by `npm run abi` from PayoutBox.sol.
export const payoutBoxAbi = [
  {"type":"function","name":"pool","inputs":[],"outputs":[{"name":"","type":"address","internalType":"address"}],"stateMutability":"view"},
  {"type":"function","name":"send","inputs":[{"name":"token","type":"address","internalType":"contract IERC20"},{"name":"to","type":"address","internalType":"address"},{"name":"amount","type":"uint256","internalType":"uint256"}],"outputs":[{"name":"","type":"bool","internalType":"bool"}],"stateMutability":"nonpayable"},
  {"type":"error","name":"PayoutBox_NotPool","inputs":[{"name":"caller","type":"address","internalType":"address"},{"name":"pool","type":"address","internalType":"address"}]},
] as const
