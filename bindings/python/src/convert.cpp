#include "convert.h"

#include <limits>

namespace coffer::python {

void throw_type_error(const char* item, const char* wanted, py::handle value) {
  throw py::type_error(std::string(item) + " must be " + wanted + ", not " +
                       (value.is_none() ? "None" : Py_TYPE(value.ptr())->tp_name));
}

namespace {

std::string utf8(py::handle value) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
  if (text == nullptr) throw py::error_already_set();
  return std::string(text, static_cast<std::size_t>(size));
}

std::int64_t whole_number(py::handle value, const char* item, std::int64_t low, std::int64_t high) {
  if (PyIndex_Check(value.ptr()) == 0) throw_type_error(item, "int", value);
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) throw py::error_already_set();
  int overflow = 0;
  const long long result = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow != 0 || result < low || result > high) {
    throw CofferError(detail::kInvalidValue, std::string(item) + " takes no number of this size.");
  }
  return result;
}

}  // namespace

std::string Convert<std::string>::in(py::handle value, const char* item) {
  if (!PyUnicode_Check(value.ptr())) throw_type_error(item, name, value);
  return utf8(value);
}

// What a server sent in a wrong encoding must not make a property unreadable.
py::object Convert<std::string>::out(const std::string& value) {
  auto text = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(value.data(), static_cast<Py_ssize_t>(value.size()), "replace"));
  if (!text) throw py::error_already_set();
  return text;
}

Bytes Convert<Bytes>::in(py::handle value, const char* item) {
  if (PyUnicode_Check(value.ptr())) {
    const std::string text = utf8(value);
    return Bytes(text.begin(), text.end());
  }
  if (PyObject_CheckBuffer(value.ptr()) == 0) throw_type_error(item, "bytes or str", value);
  const auto copy = py::reinterpret_steal<py::object>(PyBytes_FromObject(value.ptr()));
  if (!copy) throw py::error_already_set();
  const char* data = PyBytes_AS_STRING(copy.ptr());
  return Bytes(data, data + PyBytes_GET_SIZE(copy.ptr()));
}

py::object Convert<Bytes>::out(const Bytes& value) {
  return py::bytes(reinterpret_cast<const char*>(value.data()), value.size());
}

// No truth test: "False" and None would pass for an answer.
bool Convert<bool>::in(py::handle value, const char* item) {
  if (!PyBool_Check(value.ptr())) throw_type_error(item, name, value);
  return value.ptr() == Py_True;
}

py::object Convert<bool>::out(bool value) {
  return py::bool_(value);
}

std::int32_t Convert<std::int32_t>::in(py::handle value, const char* item) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(whole_number(value, item, Limits::min(), Limits::max()));
}

py::object Convert<std::int32_t>::out(std::int32_t value) {
  return py::int_(value);
}

std::int64_t Convert<std::int64_t>::in(py::handle value, const char* item) {
  using Limits = std::numeric_limits<std::int64_t>;
  return whole_number(value, item, Limits::min(), Limits::max());
}

py::object Convert<std::int64_t>::out(std::int64_t value) {
  return py::int_(value);
}

}  // namespace coffer::python
