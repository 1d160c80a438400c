// Written by `npm run abi` from LocalPriceFeed.sol.
export const localPriceFeedAbi = [
  {"type":"constructor","inputs":[{"name":"description_","type":"string","internalType":"string"},{"name":"decimals_","type":"uint8","internalType":"uint8"},{"name":"answer","type":"int256","internalType":"int256"},{"name":"steady_","type":"bool","internalType":"bool"},{"name":"keeper_","type":"address","internalType":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"decimals","inputs":[],"outputs":[{"name":"","type":"uint8","internalType":"uint8"}],"stateMutability":"view"},
  {"type":"function","name":"description","inputs":[],"outputs":[{"name":"","type":"string","internalType":"string"}],"stateMutability":"view"},
  {"type":"function","name":"getRoundData","inputs":[{"name":"round","type":"uint80","internalType":"uint80"}],"outputs":[{"name":"","type":"uint80","internalType":"uint80"},{"name":"","type":"int256","internalType":"int256"},{"name":"","type":"uint256","internalType":"uint256"},{"name":"","type":"uint256","internalType":"uint256"},{"name":"","type":"uint80","internalType":"uint80"}],"stateMutability":"view"},
  {"type":"function","name":"keeper","inputs":[],"outputs":[{"name":"","type":"address","internalType":"address"}],"stateMutability":"view"},
  {"type":"function","name":"latestRoundData","inputs":[],"outputs":[{"name":"","type":"uint80","internalType":"uint80"},{"name":"","type":"int256","internalType":"int256"},{"name":"","type":"uint256","internalType":"uint256"},{"name":"","type":"uint256","internalType":"uint256"},{"name":"","type":"uint80","internalType":"uint80"}],"stateMutability":"view"},
  {"type":"function","name":"setAnswer","inputs":[{"name":"answer","type":"int256","internalType":"int256"},{"name":"steady_","type":"bool","internalType":"bool"}],"outputs":[],"stateMutability":"nonpayable"},
  {"type":"function","name":"steady","inputs":[],"outputs":[{"name":"","type":"bool","internalType":"bool"}],"stateMutability":"view"},
  {"type":"function","name":"version","inputs":[],"outputs":[{"name":"","type":"uint256","internalType":"uint256"}],"stateMutability":"pure"},
  {"type":"event","name":"AnswerUpdated","inputs":[{"name":"current","type":"int256","indexed":true,"internalType":"int256"},{"name":"roundId","type":"uint256","indexed":true,"internalType":"uint256"},{"name":"updatedAt","type":"uint256","indexed":false,"internalType":"uint256"}],"anonymous":false},
  {"type":"error","name":"LocalPriceFeed_NotKeeper","inputs":[{"name":"caller","type":"address","internalType":"address"},{"name":"keeper","type":"address","internalType":"address"}]},
  {"type":"error","name":"LocalPriceFeed_NotLocalChain","inputs":[{"name":"chainId","type":"uint256","internalType":"uint256"}]},
  {"type":"error","name":"LocalPriceFeed_UnknownRound","inputs":[{"name":"round","type":"uint80","internalType":"uint80"}]},
] as const
