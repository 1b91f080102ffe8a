// The slots of a run or an engine: named device buffers that outlive a plan and are shared by all plans of
// it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace tenon {

class States {
 public:
  explicit States(std::shared_ptr<Backend> backend);

  // The slot's memory, made and zeroed where it is new.
  void* ensure(const std::string& name, const Type& type);
  // A new slot that holds anything: for what is written before it is read.
  void* reserve(const std::string& name, const Type& type);
  bool contains(const std::string& name) const { return slots_.contains(name); }
  const Type& type(const std::string& name) const;
  std::vector<std::string> names() const;
  std::size_t bytes() const;

  // Copies through the backend; both return when the copy is done.
  void set(const std::string& name, const Tensor& value);
  Tensor get(const std::string& name) const;
  // The other's slot, under the same name: one memory for both.
  void share(const std::string& name, const States& other);
  // A slot that is only read. Its memory is the tensor's own where the device can address that, else a copy.
  void adopt(const std::string& name, const Tensor& value);

 private:
  struct Held {
    Type type;
    Memory memory;
  };
  const Held& at(const std::string& name) const;

  std::shared_ptr<Backend> backend_;
  std::unique_ptr<Stream> stream_;
  std::map<std::string, Held> slots_;
};

}  // namespace tenon
