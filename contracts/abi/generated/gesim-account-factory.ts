// Written by `npm run abi` from GesimAccountFactory.sol.
export const gesimAccountFactoryAbi = [
  {"type":"constructor","inputs":[{"name":"recoveryDelay","type":"uint48","internalType":"uint48"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"createAccount","inputs":[{"name":"signers","type":"bytes[]","internalType":"bytes[]"},{"name":"salt","type":"uint256","internalType":"uint256"}],"outputs":[{"name":"account","type":"address","internalType":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"getAddress","inputs":[{"name":"signers","type":"bytes[]","internalType":"bytes[]"},{"name":"salt","type":"uint256","internalType":"uint256"}],"outputs":[{"name":"","type":"address","internalType":"address"}],"stateMutability":"view"},
  {"type":"function","name":"implementation","inputs":[],"outputs":[{"name":"","type":"address","internalType":"address"}],"stateMutability":"view"},
  {"type":"event","name":"AccountCreated","inputs":[{"name":"account","type":"address","indexed":true,"internalType":"address"},{"name":"signers","type":"bytes[]","indexed":false,"internalType":"bytes[]"},{"name":"salt","type":"uint256","indexed":false,"internalType":"uint256"}],"anonymous":false},
  {"type":"error","name":"CloneArgumentsTooLong","inputs":[]},
  {"type":"error","name":"Create2EmptyBytecode","inputs":[]},
  {"type":"error","name":"FailedDeployment","inputs":[]},
  {"type":"error","name":"GesimAccount_LastSigner","inputs":[]},
  {"type":"error","name":"GesimAccount_SignerExists","inputs":[{"name":"signer","type":"bytes","internalType":"bytes"}]},
  {"type":"error","name":"GesimAccount_TooManySigners","inputs":[{"name":"signers","type":"uint256","internalType":"uint256"},{"name":"most","type":"uint256","internalType":"uint256"}]},
  {"type":"error","name":"GesimAccount_UnsafeSigner","inputs":[{"name":"signer","type":"bytes","internalType":"bytes"}]},
  {"type":"error","name":"InsufficientBalance","inputs":[{"name":"balance","type":"uint256","internalType":"uint256"},{"name":"needed","type":"uint256","internalType":"uint256"}]},
] as const
