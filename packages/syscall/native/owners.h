// Which descriptors several threads of this process use, and how one of them closes it for all. See owners.cc.
#pragma once

namespace p8 {

// Makes ready for CloseOwned; returns 0 or -1 with errno.
int OpenOwners();
// One more owner of a descriptor: a slot of a reactor.
void AddOwner(int fd);
// The owner lets go of a descriptor that stays open.
void RemoveOwner(int fd);
// Whether others own the descriptor too.
bool IsShared(int fd);
// close(2) for all owners at once; the number stays taken until the last of them has closed it.
int CloseOwned(int fd);
// The end of a thread is no close: others keep the descriptor, and only the last owner closes it.
void AbandonOwned(int fd);

}  // namespace p8
