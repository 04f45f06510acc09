// Folders and files of the disk of the tests behind the interfaces of fs/file_system.h.
//
// Threads: as those interfaces say.
#pragma once

#include <memory>
#include <string>

#include "fakes/fake_disk.h"
#include "fs/file_system.h"

namespace coffer::test {

std::unique_ptr<fs::Directory> open_fake_directory(std::shared_ptr<Disk> disk, NodePtr node,
                                                   const std::string& path,
                                                   std::uint64_t generation);

// IoError unless the node is of this kind, in the words of the machine's file system.
void must_be(const Node& node, fs::Kind wanted, const std::string& path);

}  // namespace coffer::test
