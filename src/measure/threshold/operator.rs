//! How a figure is compared with its limit.

/// How a figure is compared with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    Unequal,
}

impl Operator {
    pub(super) const ALL: [Self; 6] =
        [Self::AtMost, Self::Below, Self::AtLeast, Self::Above, Self::Equal, Self::Unequal];

    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::Below => "<",
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    /// Figures and limits are integers, or one correctly rounded division of integers, so that `==` means what it
    /// says.
    #[expect(clippy::float_cmp, reason = "both sides are the same rounding of exact values")]
    pub(super) fn holds(self, observed: f64, limit: f64) -> bool {
        match self {
            Self::AtMost => observed <= limit,
            Self::Below => observed < limit,
            Self::AtLeast => observed >= limit,
            Self::Above => observed > limit,
            Self::Equal => observed == limit,
            Self::Unequal => observed != limit,
        }
    }

    /// How far the figure may still go towards the limit; negative by how much it is beyond. Nothing for those that know
    /// no direction.
    pub(super) fn margin(self, observed: f64, limit: f64) -> Option<f64> {
        match self {
            Self::AtMost | Self::Below => Some(limit - observed),
            Self::AtLeast | Self::Above => Some(observed - limit),
            Self::Equal | Self::Unequal => None,
        }
    }
}
