{
  'targets': [
    {
      'target_name': 'syscall',
      'sources': [
        'native/addon.cc',
        'native/constants.cc',
        'native/environment.cc',
        'native/file.cc',
        'native/futex.cc',
        'native/interrupt.cc',
        'native/life.cc',
        'native/listener.cc',
        'native/lookup.cc',
        'native/loop.cc',
        'native/memory.cc',
        'native/message.cc',
        'native/names.cc',
        'native/netdb.cc',
        'native/owners.cc',
        'native/parcel.cc',
        'native/poll.cc',
        'native/process.cc',
        'native/reactor.cc',
        'native/socket.cc',
      ],
      'defines': ['NAPI_VERSION=9', '_GNU_SOURCE'],
      'cflags_cc': [
        '-std=c++17', '-O2', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-fvisibility=hidden',
        '-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter',
      ],
      'cflags_cc!': ['-fexceptions', '-frtti', '-std=gnu++17', '-std=gnu++20', '-O3'],
      'conditions': [
        ['OS=="linux"', {
          # No C++ library and no libc by name, so that one file loads under glibc and musl: the program brings both.
          # Never unloaded: a resolver thread may still run when the last environment has ended.
          'ldflags': ['-nodefaultlibs', '-Wl,-z,nodelete', '-Wl,-z,now'],
        }],
      ],
    },
  ],
}
