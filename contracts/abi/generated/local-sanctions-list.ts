// Written by `npm run abi` from LocalSanctionsList.sol.
export const localSanctionsListAbi = [
  {"type":"constructor","inputs":[{"name":"keeper_","type":"address","internalType":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"isSanctioned","inputs":[{"name":"who","type":"address","internalType":"address"}],"outputs":[{"name":"","type":"bool","internalType":"bool"}],"stateMutability":"view"},
  {"type":"function","name":"keeper","inputs":[],"outputs":[{"name":"","type":"address","internalType":"address"}],"stateMutability":"view"},
  {"type":"function","name":"setSanctioned","inputs":[{"name":"who","type":"address","internalType":"address"},{"name":"sanctioned","type":"bool","internalType":"bool"}],"outputs":[],"stateMutability":"nonpayable"},
  {"type":"event","name":"SanctionedSet","inputs":[{"name":"who","type":"address","indexed":true,"internalType":"address"},{"name":"sanctioned","type":"bool","indexed":false,"internalType":"bool"}],"anonymous":false},
  {"type":"error","name":"LocalSanctionsList_NotKeeper","inputs":[{"name":"caller","type":"address","internalType":"address"},{"name":"keeper","type":"address","internalType":"address"}]},
  {"type":"error","name":"LocalSanctionsList_NotLocalChain","inputs":[{"name":"chainId","type":"uint256","internalType":"uint256"}]},
] as const
