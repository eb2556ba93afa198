using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>The lengths of a tensor's axes, outermost first. Counts are 64-bit and checked.</summary>
[CollectionBuilder(typeof(Shape), nameof(Of))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most axes a tensor may have.</summary>
    public const int MaxRank = 8;

    readonly ImmutableArray<int> _lengths;

    ImmutableArray<int> Lengths => _lengths.IsDefault ? [] : _lengths;

    Shape(ImmutableArray<int> lengths)
    {
        if (lengths.Length > MaxRank) throw new ShapeException($"Shape: {lengths.Length} axes; at most {MaxRank} are supported.");
        _lengths = lengths;
        long count = 1;
        bool empty = lengths.Contains(0);
        foreach (int length in lengths)
        {
            if (length < 0) throw new ShapeException($"Shape: an axis of length {length} in [{string.Join(", ", lengths)}].");
            try { count = checked(count * (empty ? 1 : length)); }
            catch (OverflowException) { throw new ShapeException($"Shape: [{string.Join(", ", lengths)}] has more than 2⁶³ elements."); }
        }
        Count = empty ? 0 : count;
    }

    /// <summary>A shape of the given axis lengths; none make a scalar.</summary>
    public static Shape Of(params ReadOnlySpan<int> lengths) => new([.. lengths]);

    /// <summary>An array of lengths is a shape.</summary>
    public static implicit operator Shape(int[] lengths) => Of(lengths);

    /// <summary>The number of axes.</summary>
    public int Rank => Lengths.Length;

    /// <summary>The number of elements; one for a scalar.</summary>
    public long Count => _lengths.IsDefault ? 1 : field;

    /// <summary>The length of an axis; negative axes count from the last.</summary>
    /// <exception cref="ShapeException">The axis does not exist.</exception>
    public int this[int axis] => Lengths[Axis("Shape", axis)];

    /// <summary>How many rows of the last axis there are.</summary>
    public long Rows => Rank == 0 ? 1 : this[-1] == 0 ? 0 : Count / this[-1];

    /// <summary>The axis counted from the front.</summary>
    /// <exception cref="ShapeException">The axis does not exist; the message names the op.</exception>
    public int Axis(string op, int axis)
    {
        int front = axis < 0 ? axis + Rank : axis;
        return front >= 0 && front < Rank ? front : throw new ShapeException($"{op}: axis {axis} of shape {this}, which has {Rank} axes.");
    }

    /// <summary>The product of the lengths from one axis up to, not including, another.</summary>
    public long Span(int from, int to)
    {
        long count = 1;
        for (int axis = from; axis < to; axis++) count = checked(count * Lengths[axis]);
        return count;
    }

    /// <summary>The same shape with one axis of another length.</summary>
    public Shape With(int axis, int length) => new(Lengths.SetItem(Axis("Shape", axis), length));

    /// <summary>The same shape without one axis.</summary>
    public Shape Without(int axis) => new(Lengths.RemoveAt(Axis("Shape", axis)));

    /// <summary>The same shape with a new axis before the given one.</summary>
    /// <exception cref="ShapeException">The axis would not be within or right behind the others.</exception>
    public Shape Insert(int axis, int length)
    {
        int front = axis < 0 ? axis + Rank + 1 : axis;
        if (front < 0 || front > Rank) throw new ShapeException($"Shape: a new axis {axis} in {this}, which has {Rank} axes.");
        return new(Lengths.Insert(front, length));
    }

    /// <summary>The lengths, outermost first.</summary>
    public ReadOnlySpan<int> AsSpan() => Lengths.AsSpan();

    /// <summary>The lengths, outermost first.</summary>
    public int[] ToArray() => [.. Lengths];

    /// <summary>Enumerates the lengths, outermost first.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)Lengths).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Shape other) => Lengths.AsSpan().SequenceEqual(other.Lengths.AsSpan());
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int length in Lengths) hash.Add(length);
        return hash.ToHashCode();
    }
    /// <summary>Equal lengths on equal axes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);
    /// <summary>Any length or the rank differs.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>For example <c>[8, 768]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Lengths)}]";
}
