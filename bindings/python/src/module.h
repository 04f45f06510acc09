// What module.cpp gathers: one generated function a package (module_<package>.cpp).
#pragma once

#include <pybind11/pybind11.h>

namespace coffer::python {

void define_cloudbackup(pybind11::module_& module);
void define_threeds(pybind11::module_& module);

}  // namespace coffer::python
