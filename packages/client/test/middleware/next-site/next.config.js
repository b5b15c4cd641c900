// The modules are those of the workspace.
export default { turbopack: { root: process.env.SUITE_ROOT }, poweredByHeader: false };
