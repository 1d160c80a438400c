// Written by `npm run abi` from ERC7913P256Verifier.sol.
export const erc7913P256VerifierAbi = [
  {"type":"function","name":"verify","inputs":[{"name":"key","type":"bytes","internalType":"bytes"},{"name":"hash","type":"bytes32","internalType":"bytes32"},{"name":"signature","type":"bytes","internalType":"bytes"}],"outputs":[{"name":"","type":"bytes4","internalType":"bytes4"}],"stateMutability":"view"},
] as const
