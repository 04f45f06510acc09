using System;
using System.Collections;
using System.Collections.Generic;

namespace Coffer {

/// <summary>Items of a component that cannot be changed, such as the choices of a screen.</summary>
/// <typeparam name="T">The type of the items: live views of the component.</typeparam>
public sealed class ReadOnlyItemList<T> : IReadOnlyList<T> {
  private readonly Func<int> count;
  private readonly Func<int, T> item;

  internal ReadOnlyItemList(Func<int> count, Func<int, T> item) {
    this.count = count;
    this.item = item;
  }

  /// <summary>How many items there are.</summary>
  public int Count {
    get { return count(); }
  }

  /// <summary>The item at an index from 0; its members fail with 606 where there is none.</summary>
  /// <param name="index">The index, from 0.</param>
  public T this[int index] {
    get { return item(index); }
  }

  /// <summary>The items in their order.</summary>
  /// <returns>One after another.</returns>
  public IEnumerator<T> GetEnumerator() {
    for (int index = 0; index < Count; index++) yield return item(index);
  }

  IEnumerator IEnumerable.GetEnumerator() {
    return GetEnumerator();
  }
}

/// <summary>Items of a component, such as the certificates that it trusts.</summary>
/// <typeparam name="T">The type of the items: live views of the component.</typeparam>
public sealed class ItemList<T> : IReadOnlyList<T> {
  private readonly Func<int> count;
  private readonly Action<int> resize;
  private readonly Func<int, T> item;
  private readonly Action<int, T> copy;

  internal ItemList(Func<int> count, Action<int> resize, Func<int, T> item, Action<int, T> copy) {
    this.count = count;
    this.resize = resize;
    this.item = item;
    this.copy = copy;
  }

  /// <summary>How many items there are. Setting it adds empty ones or drops those at the end.
  /// </summary>
  public int Count {
    get { return count(); }
    set { resize(value); }
  }

  /// <summary>The item at an index from 0; its members fail with 606 where there is none. Setting
  /// it copies the fields.</summary>
  /// <param name="index">The index, from 0.</param>
  public T this[int index] {
    get { return item(index); }
    set { copy(index, value); }
  }

  /// <summary>Adds an item at the end; its fields are copied.</summary>
  /// <param name="value">What to add.</param>
  public void Add(T value) {
    int index = Count;
    Count = index + 1;
    bool added = false;
    try {
      copy(index, value);
      added = true;
    } finally {
      if (!added) Count = index;
    }
  }

  /// <summary>The items in their order.</summary>
  /// <returns>One after another.</returns>
  public IEnumerator<T> GetEnumerator() {
    for (int index = 0; index < Count; index++) yield return item(index);
  }

  IEnumerator IEnumerable.GetEnumerator() {
    return GetEnumerator();
  }
}

}
