// Written by `npm run abi` from CreateInOrder.sol.
export const createInOrderAbi = [
  {"type":"constructor","inputs":[{"name":"owner_","type":"address","internalType":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"count","inputs":[],"outputs":[{"name":"","type":"uint256","internalType":"uint256"}],"stateMutability":"view"},
  {"type":"function","name":"create","inputs":[{"name":"initCode","type":"bytes","internalType":"bytes"}],"outputs":[{"name":"created","type":"address","internalType":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"owner","inputs":[],"outputs":[{"name":"","type":"address","internalType":"address"}],"stateMutability":"view"},
  {"type":"event","name":"Created","inputs":[{"name":"position","type":"uint256","indexed":true,"internalType":"uint256"},{"name":"created","type":"address","indexed":false,"internalType":"address"}],"anonymous":false},
  {"type":"error","name":"CreateInOrder_Failed","inputs":[{"name":"position","type":"uint256","internalType":"uint256"}]},
  {"type":"error","name":"CreateInOrder_NotOwner","inputs":[{"name":"caller","type":"address","internalType":"address"},{"name":"owner","type":"address","internalType":"address"}]},
] as const
