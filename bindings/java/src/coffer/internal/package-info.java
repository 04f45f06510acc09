/** For the library's own classes: loading, lifetimes, exceptions of listeners. Not for programs. */
package coffer.internal;
