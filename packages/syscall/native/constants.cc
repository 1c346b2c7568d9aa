// The values of the platform's headers, for the names in constants.inc that the headers define.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/bcm.h>
#include <linux/can/isotp.h>
#include <linux/can/j1939.h>
#include <linux/can/raw.h>
#include <linux/errqueue.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netlink.h>
#include <linux/rds.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "constants.h"

// Python's names for what linux/can/bcm.h calls without a prefix.
#define CAN_BCM_TX_SETUP TX_SETUP
#define CAN_BCM_TX_DELETE TX_DELETE
#define CAN_BCM_TX_READ TX_READ
#define CAN_BCM_TX_SEND TX_SEND
#define CAN_BCM_RX_SETUP RX_SETUP
#define CAN_BCM_RX_DELETE RX_DELETE
#define CAN_BCM_RX_READ RX_READ
#define CAN_BCM_TX_STATUS TX_STATUS
#define CAN_BCM_TX_EXPIRED TX_EXPIRED
#define CAN_BCM_RX_STATUS RX_STATUS
#define CAN_BCM_RX_TIMEOUT RX_TIMEOUT
#define CAN_BCM_RX_CHANGED RX_CHANGED
#define CAN_BCM_SETTIMER SETTIMER
#define CAN_BCM_STARTTIMER STARTTIMER
#define CAN_BCM_TX_COUNTEVT TX_COUNTEVT
#define CAN_BCM_TX_ANNOUNCE TX_ANNOUNCE
#define CAN_BCM_TX_CP_CAN_ID TX_CP_CAN_ID
#define CAN_BCM_RX_FILTER_ID RX_FILTER_ID
#define CAN_BCM_RX_CHECK_DLC RX_CHECK_DLC
#define CAN_BCM_RX_NO_AUTOTIMER RX_NO_AUTOTIMER
#define CAN_BCM_RX_ANNOUNCE_RESUME RX_ANNOUNCE_RESUME
#define CAN_BCM_TX_RESET_MULTI_IDX TX_RESET_MULTI_IDX
#define CAN_BCM_RX_RTR_FRAME RX_RTR_FRAME
#define CAN_BCM_CAN_FD_FRAME CAN_FD_FRAME

// A member of an enum, in glibc only.
#ifdef __GLIBC__
#define IPPORT_USERRESERVED IPPORT_USERRESERVED
#endif

// Numbers of the kernel's interface that none of its user headers has.
#define UDPLITE_SEND_CSCOV 10
#define UDPLITE_RECV_CSCOV 11
#define BTPROTO_L2CAP 0
#define BTPROTO_HCI 1
#define BTPROTO_SCO 2
#define BTPROTO_RFCOMM 3

namespace p8 {

struct Constant {
  const char* name;
  double value;
};

#define C(name) {#name, static_cast<double>(name)},
static const Constant kConstants[] = {
#include "constants.inc"
};
#undef C

napi_value DefineConstants(napi_env env) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  for (const Constant& constant : kConstants) {
    napi_value value = nullptr;
    napi_create_double(env, constant.value, &value);
    napi_set_named_property(env, object, constant.name, value);
  }
  return object;
}

}  // namespace p8
