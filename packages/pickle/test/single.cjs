module.exports = function single() {
  return 'single';
};
