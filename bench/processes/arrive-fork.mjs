/** The same as a program of `child_process.fork`. */
process.send?.('here');
process.disconnect();
