// Values between Python and the facade. The messages name the item, as Python's own do.
#pragma once

#include <pybind11/pybind11.h>

#include <coffer/support.hpp>
#include <cstdint>
#include <string>

namespace coffer::python {

namespace py = pybind11;

// Convert<T>::in throws TypeError for another type and CofferError 713 for a number that does not
// fit; name is the Python spelling of the type. Threads: with the interpreter's lock held.
template <class T>
struct Convert;

template <>
struct Convert<std::string> {
  static constexpr const char* name = "str";
  static std::string in(py::handle value, const char* item);
  static py::object out(const std::string& value);
};

template <>
struct Convert<Bytes> {  // in: str too, as UTF-8
  static constexpr const char* name = "bytes";
  static Bytes in(py::handle value, const char* item);
  static py::object out(const Bytes& value);
};

template <>
struct Convert<bool> {
  static constexpr const char* name = "bool";
  static bool in(py::handle value, const char* item);
  static py::object out(bool value);
};

template <>
struct Convert<std::int32_t> {
  static constexpr const char* name = "int";
  static std::int32_t in(py::handle value, const char* item);
  static py::object out(std::int32_t value);
};

template <>
struct Convert<std::int64_t> {
  static constexpr const char* name = "int";
  static std::int64_t in(py::handle value, const char* item);
  static py::object out(std::int64_t value);
};

[[noreturn]] void throw_type_error(const char* item, const char* wanted, py::handle value);

}  // namespace coffer::python
