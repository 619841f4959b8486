// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/core/file_mapping.hpp>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace allomatch {

namespace {

struct open_file {
    int handle;
    ~open_file() {
        if (handle >= 0) ::close(handle);
    }
};

}  // namespace

result<std::shared_ptr<const file_mapping>> file_mapping::open(const std::filesystem::path& path) {
    const auto refused = [&path](const std::string& reason) { return problem::with_input(path_text(path), reason); };
    const auto failed = [&refused] { return refused("cannot be opened: " + std::generic_category().message(errno)); };
    const open_file file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat about {};
    if (file.handle < 0 || fstat(file.handle, &about) != 0) return failed();
    if (S_ISDIR(about.st_mode)) return refused("is a folder, not a file");
    if (!S_ISREG(about.st_mode)) return refused("is not a regular file");
    const std::shared_ptr<file_mapping> mapping(new file_mapping);
    if (about.st_size == 0) return std::shared_ptr<const file_mapping>(mapping);
    const auto size = static_cast<std::size_t>(about.st_size);
    void* const data = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.handle, 0);
    if (data == MAP_FAILED) return failed();
    mapping->data_ = data;
    mapping->size_ = size;
    return std::shared_ptr<const file_mapping>(mapping);
}

file_mapping::~file_mapping() {
    if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace allomatch
