const { isMain } = require('@p8/pickle');
console.log(isMain(module) ? 'the program' : 'imported');
