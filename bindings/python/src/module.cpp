// The module coffer._native: what its packages re-export.
#include "module.h"

#include <exception>

#include "component.h"
#include "convert.h"
#include "gil.h"

namespace coffer::python {
namespace {

// Sets coffer.CofferError, which is written in Python. The reference is never given back: the
// translator runs until the interpreter has ended.
void set_error(const CofferError& failure) {
  static PyObject* const type =
      py::module_::import("coffer._error").attr("CofferError").cast<py::object>().release().ptr();
  const py::object error =
      py::handle(type)(failure.code(), Convert<std::string>::out(failure.what()));
  PyErr_SetObject(type, error.ptr());
}

}  // namespace
}  // namespace coffer::python

PYBIND11_MODULE(_native, module) {
  namespace py = pybind11;
  using namespace coffer::python;

  py::options options;
  options
      .disable_function_signatures();  // the generated docstrings have them, in Python's spelling

  module.doc() = "The native part of coffer; use coffer.cloudbackup and coffer.threeds.";
  module.attr("__version__") = coffer::version();
  // NOLINTNEXTLINE(performance-unnecessary-value-param): pybind11 wants this signature
  py::register_exception_translator([](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const coffer::CofferError& error) {
      set_error(error);
    }
  });
  define_cloudbackup(module);
  define_threeds(module);
  watch_forks();
  py::module_::import("atexit").attr("register")(py::cpp_function(&Live::close_all));
}
