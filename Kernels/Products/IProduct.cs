namespace NativeSsl.Kernels;

/// <summary>c[i,j] = Σₖ a[i,k] b[k,j] for each of some items: what is read on the left and on the right, and what becomes of a sum. Matrices, layers and
/// convolutions differ in nothing else, so one kernel serves them all.</summary>
interface IProduct
{
    /// <summary>Whether neighbouring rows of a lie next to each other in memory; otherwise neighbouring steps do.</summary>
    bool LeftLiesTurned { get; }

    /// <summary>Whether neighbouring steps of b lie next to each other in memory; otherwise neighbouring columns do.</summary>
    bool RightLiesTurned { get; }

    /// <summary>Whether four neighbours of a may be read at once, from every multiple of four.</summary>
    bool LeftByFours { get; }

    /// <summary>Whether four neighbours of b may be read at once, from every multiple of four.</summary>
    bool RightByFours { get; }

    /// <summary>What lies at a place of a.</summary>
    float LeftAt(long place);

    /// <summary>What lies at a place of b.</summary>
    float RightAt(long place);

    /// <summary>Four neighbours of a, from a place that is a multiple of four.</summary>
    Float4 LeftFourAt(long place);

    /// <summary>Four neighbours of b, from a place that is a multiple of four.</summary>
    Float4 RightFourAt(long place);

    /// <summary>Where a[row, step] lies; less than zero: nowhere, it is zero.</summary>
    long LeftPlace(int item, int row, int step);

    /// <summary>Where b[step, column] lies; less than zero: nowhere, it is zero.</summary>
    long RightPlace(int item, int step, int column);

    /// <summary>Whether something is added to a sum as it is written.</summary>
    bool Adds { get; }

    /// <summary>What is added. It is read for several sums before any of them is written: a thread then waits for the device's memory once.</summary>
    Floats Added { get; }

    /// <summary>Where what is added to c[row, column] lies.</summary>
    long AddedPlace(int item, int piece, int row, int column);

    /// <param name="item">The item.</param>
    /// <param name="piece">Which stretch of the sum, of those it was cut into.</param>
    /// <param name="row">i.</param>
    /// <param name="column">j.</param>
    /// <param name="sum">Over that stretch.</param>
    /// <param name="added">What was read of <see cref="Added"/>, or zero.</param>
    void Write(int item, int piece, int row, int column, float sum, float added);
}

/// <summary>How many items of how many rows, columns and steps.</summary>
/// <param name="items">Products of the same shape.</param>
/// <param name="rows">Of a and c.</param>
/// <param name="columns">Of b and c.</param>
/// <param name="steps">Of each sum.</param>
/// <param name="pieces">Into how many stretches each sum is cut.</param>
/// <param name="stepsPerPiece">The steps of a stretch, all but the last.</param>
readonly struct ProductShape(int items, int rows, int columns, int steps, int pieces, int stepsPerPiece)
{
    public ProductShape(int items, int rows, int columns, int steps) : this(items, rows, columns, steps, 1, steps) { }

    public int Items => items;
    public int Rows => rows;
    public int Columns => columns;
    public int Steps => steps;
    public int Pieces => pieces;
    public int StepsPerPiece => stepsPerPiece;

    public int FirstStep(int piece) => piece * stepsPerPiece;

    public int StepEnd(int piece) => FirstStep(piece + 1) < steps ? FirstStep(piece + 1) : steps;
}

/// <summary>The part of a product that a team makes.</summary>
readonly struct ProductTile
{
    public ProductTile(ProductShape shape, int rows, int columns)
    {
        int down = (shape.Rows + rows - 1) / rows, across = (shape.Columns + columns - 1) / columns, tile = Grid.IdxX % (down * across);
        Piece = Once.Of(Grid.IdxX / (down * across) % shape.Pieces);
        Item = Once.Of(Grid.IdxX / (down * across) / shape.Pieces);
        FirstRow = Once.Of(tile / across * rows);
        FirstColumn = Once.Of(tile % across * columns);
        FirstStep = Once.Of(shape.FirstStep(Piece));
        StepEnd = Once.Of(shape.StepEnd(Piece));
    }

    public int Item { get; }
    public int Piece { get; }
    public int FirstRow { get; }
    public int FirstColumn { get; }
    public int FirstStep { get; }
    public int StepEnd { get; }

    /// <summary>How many teams a product needs.</summary>
    public static long Count(ProductShape shape, int rows, int columns) =>
        (long)shape.Items * shape.Pieces * ((shape.Rows + rows - 1) / rows) * ((shape.Columns + columns - 1) / columns);
}
