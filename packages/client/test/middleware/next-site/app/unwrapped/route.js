export const POST = () => {
  throw new Error('route torn');
};
