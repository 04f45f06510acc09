/** What all classes of the library have in common. */
package coffer;
