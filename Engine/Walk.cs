namespace NativeSsl;

/// <summary>
/// A walk over the elements of a shape, in two arrays at once whose strides differ: broadcasting (a stride of zero), permuting, cutting
/// out. Axes of length one are dropped and neighbours that both arrays lay end to end are joined, so that equal shapes become one long row,
/// and a bias on the last axis becomes rows and columns.
/// </summary>
public readonly struct Walk
{
    /// <summary>Where the steps of the walk lie in the first array.</summary>
    public Places Left { get; }
    /// <summary>Where they lie in the second.</summary>
    public Places Right { get; }
    /// <summary>The number of steps.</summary>
    public long Count { get; }
    /// <summary>The steps of the innermost axis.</summary>
    public long Width => Left.Width;
    /// <summary>How many times the innermost axis is walked along.</summary>
    public long Rows => Count == 0 ? 0 : Count / Width;

    /// <param name="shape">The elements to visit, the last axis fastest.</param>
    /// <param name="left">The stride of every axis in the first array.</param>
    /// <param name="right">The stride of every axis in the second.</param>
    public Walk(Shape shape, ReadOnlySpan<long> left, ReadOnlySpan<long> right)
    {
        Count = shape.Count;
        Span<long> lengths = stackalloc long[Shape.MaxRank], lefts = stackalloc long[Shape.MaxRank],
            rights = stackalloc long[Shape.MaxRank];
        lengths.Fill(1);
        int last = -1;                                                          // innermost first
        ReadOnlySpan<int> axes = shape.AsSpan();
        for (int axis = axes.Length - 1; axis >= 0; axis--)
        {
            if (axes[axis] == 1) continue;
            if (last >= 0 && left[axis] == lefts[last] * lengths[last] && right[axis] == rights[last] * lengths[last])
                lengths[last] *= axes[axis];
            else (lengths[++last], lefts[last], rights[last]) = (axes[axis], left[axis], right[axis]);
        }
        (Left, Right) = (new Places(lengths, lefts), new Places(lengths, rights));
    }

    /// <summary>The strides of contiguous memory of a shape.</summary>
    public static long[] Strides(Shape shape)
    {
        long[] strides = new long[shape.Rank];
        long stride = 1;
        for (int axis = strides.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /// <summary>The strides with which contiguous memory of a shape is read as if it had a larger one:
    /// zero along every stretched axis.</summary>
    public static long[] Strides(Shape shape, Shape stretched)
    {
        long[] own = Strides(shape), strides = new long[stretched.Rank];
        int missing = stretched.Rank - shape.Rank;
        for (int axis = missing; axis < strides.Length; axis++)
            if (shape[axis - missing] != 1) strides[axis] = own[axis - missing];
        return strides;
    }
}

/// <summary>From a step of a <see cref="Walk"/> to a place in one array. Plain fields, because a GPU kernel takes it by value.</summary>
public readonly struct Places
{
    readonly long _length0, _length1, _length2, _length3, _length4, _length5, _length6, _length7;
    readonly long _stride0, _stride1, _stride2, _stride3, _stride4, _stride5, _stride6, _stride7;

    internal Places(ReadOnlySpan<long> lengths, ReadOnlySpan<long> strides)
    {
        (_length0, _length1, _length2, _length3) = (lengths[0], lengths[1], lengths[2], lengths[3]);
        (_length4, _length5, _length6, _length7) = (lengths[4], lengths[5], lengths[6], lengths[7]);
        (_stride0, _stride1, _stride2, _stride3) = (strides[0], strides[1], strides[2], strides[3]);
        (_stride4, _stride5, _stride6, _stride7) = (strides[4], strides[5], strides[6], strides[7]);
    }

    /// <summary>The length of the innermost axis.</summary>
    public long Width => _length0;

    /// <summary>The stride of the innermost axis.</summary>
    public long Stride => _stride0;

    /// <summary>The length of the second innermost axis: how many rows follow each other at one distance.</summary>
    public long RowCount => _length1;

    /// <summary>From one row to the next along that axis.</summary>
    public long RowStride => _stride1;

    /// <summary>The length of the axis outside of that one.</summary>
    internal long PlaneCount => _length2;

    /// <summary>The stride of the axis outside of that one.</summary>
    internal long PlaneStride => _stride2;

    /// <summary>The place of a step.</summary>
    public long Of(long step) => step % _length0 * _stride0 + OfRow(step / _length0);

    /// <summary>The place where a row begins. Most walks have one or two axes, so it stops as soon as nothing is left to divide.</summary>
    public long OfRow(long row)
    {
        long place = row % _length1 * _stride1;
        row /= _length1;
        if (row == 0) return place;
        place += row % _length2 * _stride2;
        row /= _length2;
        if (row == 0) return place;
        place += row % _length3 * _stride3;
        row /= _length3;
        place += row % _length4 * _stride4;
        row /= _length4;
        place += row % _length5 * _stride5;
        row /= _length5;
        place += row % _length6 * _stride6;
        row /= _length6;
        return place + row % _length7 * _stride7;
    }
}
