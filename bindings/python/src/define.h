// How the generated code writes a class down: one line each leaf, event and field.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "component.h"
#include "convert.h"

namespace coffer::python {

// Tells the collector about the handlers an object holds: `self.backup.on_log = self.handle` is a
// cycle. Written for the type by hand because pybind11's dynamic_attr would give instances a
// __dict__ (a misspelt property would pass) and loses the cycles of Python subclasses with 3.11.
template <class Object>
struct Collected {
  static Object* object_of(PyObject* self) {
    static const py::detail::type_info* const type = py::detail::get_type_info(typeid(Object));
    auto* instance = reinterpret_cast<py::detail::instance*>(self);
    if (type == nullptr) return nullptr;
    const auto place = instance->get_value_and_holder(type, false);
    return place.inst == nullptr || !place.holder_constructed()
               ? nullptr
               : static_cast<Object*>(place.value_ptr());
  }

  static int traverse(PyObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    const Object* object = object_of(self);
    return object == nullptr ? 0 : object->traverse(visit, arg);
  }

  static int clear(PyObject* self) {
    if (Object* object = object_of(self)) object->clear();
    return 0;
  }

  // The destructor waits for the engine without the lock: until then neither a collection nor a
  // weak reference may find the object.
  static void dealloc(PyObject* self) {
    PyObject_GC_UnTrack(self);
    if (reinterpret_cast<py::detail::instance*>(self)->weakrefs != nullptr) {
      PyObject_ClearWeakRefs(self);
    }
    py::detail::pybind11_object_dealloc(self);
  }

  static void set_up(PyHeapTypeObject* heap_type) {
    PyTypeObject& type = heap_type->ht_type;
    type.tp_flags |= Py_TPFLAGS_HAVE_GC;
    type.tp_traverse = &traverse;
    type.tp_clear = &clear;
    type.tp_dealloc = &dealloc;
  }
};

template <class Object>
class Definition {
 public:
  Definition(py::module_& module, const char* name, const char* package, const char* doc)
      : class_(module, name, py::custom_type_setup(&Collected<Object>::set_up), doc) {
    class_.attr("__module__") = package;
    class_.attr("version") = coffer::version();
    class_.def(py::init<>(), "Creates an object with every property at its default.");
    class_.def(
        "close", [](Object& self) { self.close(); },
        "close() -> None\n\nEnds what runs and frees the object. Every later call raises "
        "CofferError 30001; a second close does nothing.");
    class_.def(
        "__enter__", [](py::object self) { return self; }, "Returns the object itself.");
    class_.def(
        "__exit__", [](Object& self, const py::args&) { self.close(); }, "Closes the object.");
  }

  py::class_<Object>& operator*() noexcept { return class_; }
  py::class_<Object>* operator->() noexcept { return &class_; }

  // A leaf: get_x, set_x and the property x.
  template <class T, class Facade, class Given>
  void leaf(const char* name, const char* doc, T (Facade::*get)() const,
            void (Facade::*set)(Given)) {
    const auto read = [get](const Object& self) { return Convert<T>::out((self.facade().*get)()); };
    const auto write = [set, name](Object& self, const py::object& value) {
      (self.facade().*set)(Convert<T>::in(value, name));
    };
    class_.def_property(name, read, write, doc);
    define_getter<T>(name, doc, read);
    class_.def((std::string("set_") + name).c_str(), write, py::arg("value"),
               (std::string("set_") + name + "(value: " + setter_type<T>() + ") -> None\n\n" + doc)
                   .c_str());
  }

  template <class T, class Facade>
  void leaf(const char* name, const char* doc, T (Facade::*get)() const) {
    const auto read = [get](const Object& self) { return Convert<T>::out((self.facade().*get)()); };
    class_.def_property_readonly(name, read, doc);
    define_getter<T>(name, doc, read);
  }

  // Indexed: methods only, the index first.
  template <class T, class Facade>
  void item(const char* name, const char* index, const char* doc,
            T (Facade::*get)(std::int32_t) const) {
    const std::string full = std::string("get_") + name;
    class_.def(
        full.c_str(),
        [get, index](const Object& self, const py::object& at) {
          return Convert<T>::out((self.facade().*get)(Convert<std::int32_t>::in(at, index)));
        },
        py::arg(index),
        (full + "(" + index + ": int) -> " + Convert<T>::name + "\n\n" + doc).c_str());
  }

  template <class T, class Facade, class Given>
  void item(const char* name, const char* index, const char* doc,
            T (Facade::*get)(std::int32_t) const, void (Facade::*set)(std::int32_t, Given)) {
    item(name, index, doc, get);
    const std::string full = std::string("set_") + name;
    class_.def(
        full.c_str(),
        [set, name, index](Object& self, const py::object& at, const py::object& value) {
          (self.facade().*set)(Convert<std::int32_t>::in(at, index), Convert<T>::in(value, name));
        },
        py::arg(index), py::arg("value"),
        (full + "(" + index + ": int, value: " + setter_type<T>() + ") -> None\n\n" + doc).c_str());
  }

  // A handler: the property on_x, a callable or None.
  template <class Params, class Facade, class Event>
  void event(std::size_t index, const char* name, const char* doc,
             void (Facade::*listen)(std::function<void(Event&)>)) {
    class_.def_property(
        name, [index](const Object& self) { return self.hook(index); },
        [index, name, listen](Object& self, const py::object& handler) {
          if (!handler.is_none() && PyCallable_Check(handler.ptr()) == 0) {
            throw_type_error(name, "callable or None", handler);
          }
          self.template set_hook<Params>(index, listen, handler);
        },
        doc);
  }

 private:
  template <class T>
  static constexpr const char* setter_type() {
    return std::is_same_v<T, Bytes> ? "bytes | str" : Convert<T>::name;
  }

  template <class T, class Read>
  void define_getter(const char* name, const char* doc, Read read) {
    const std::string full = std::string("get_") + name;
    class_.def(full.c_str(), read, (full + "() -> " + Convert<T>::name + "\n\n" + doc).c_str());
  }

  py::class_<Object> class_;
};

// The object a handler is given. Values are copies: keeping one does no harm.
template <class Params>
class ParamsDefinition {
 public:
  ParamsDefinition(py::module_& module, const char* name, const char* package, const char* doc)
      : class_(module, name, doc), name_(name) {
    class_.attr("__module__") = package;
  }

  // What repr() shows, by the fields' names; long octets are not among them.
  void shown(std::vector<const char*> fields) {
    class_.def("__repr__", [name = name_, fields = std::move(fields)](const py::object& self) {
      std::string text = std::string(name) + "(";
      const char* comma = "";
      for (const char* field : fields) {
        const py::str value = py::repr(self.attr(field));
        text += std::string(comma) + field + "=" + value.cast<std::string>();
        comma = ", ";
      }
      return text + ")";
    });
  }

  template <class T>
  void field(const char* name, const char* doc, T Params::*member) {
    class_.def_property_readonly(
        name, [member](const Params& self) { return Convert<T>::out(self.*member); }, doc);
  }
  void field(const char* name, const char* doc, Lazy Params::*member) {
    class_.def_property_readonly(
        name, [member, name](Params& self) { return (self.*member).get(name); }, doc);
  }

  // An answer: what the handler leaves in it goes back to the run.
  template <class T>
  void answer(const char* name, const char* doc, T Params::*member) {
    class_.def_property(
        name, [member](const Params& self) { return Convert<T>::out(self.*member); },
        [member, name](Params& self, const py::object& value) {
          self.*member = Convert<T>::in(value, name);
        },
        doc);
  }

 private:
  py::class_<Params, std::shared_ptr<Params>> class_;
  const char* name_;
};

}  // namespace coffer::python
